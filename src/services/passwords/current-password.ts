import { User } from '../../entities/user.js';
import { type Problem, problem } from '../../problems.js';
import { countedTry } from '../attempts/counted-try.js';
import type { Request, UseCaseContext } from '../use-case.js';
import { inTransaction } from '../work.js';

type Needs = Request & Pick<UseCaseContext, 'passwordHasher'>;

/** Verifies the password of a signed-in user again. Wrong passwords count as failed attempts of the account. */
export async function checkCurrentPassword(
  context: Needs,
  input: { userId: string; password: string },
): Promise<User | Problem<'INVALID_CREDENTIALS' | 'ACCOUNT_LOCKED'>> {
  const { userId, password } = input;
  return await countedTry(context, { scope: 'password', userId }, async (attempt) => {
    const em = context.em.fork();
    const user = await em.findOne(User, { id: userId, deletedAt: null }, { populate: ['passwordHash'] });
    const matches = await context.passwordHasher.verify(user?.passwordHash, password);
    if (user !== null && matches && user.disabledAt === null) {
      await inTransaction(context, (work) => attempt.succeeded(work.em));
      return user;
    }
    await attempt.failed(user);
    return problem('INVALID_CREDENTIALS');
  });
}

import { type Problem, problem } from '../../problems.js';
import { forgetFailures, forgetWrongCodes } from '../attempts/lock.js';
import { forgetLoginLimit } from '../attempts/login-limit.js';
import { recordEvent } from '../audit/record-event.js';
import type { UseCaseContext } from '../use-case.js';
import { comparedKey, findAddressOwner } from '../users/address-owner.js';

type Needs = Pick<
  UseCaseContext,
  'em' | 'clock' | 'settings' | 'secretKeys' | 'client' | 'requestId' | 'limiter' | 'logger'
>;

/** Lifts every lock of an account before its time; `wasLocked` tells whether there were wrong tries to forget. */
export async function unlockUser(
  context: Needs,
  email: string,
): Promise<{ kind: 'user-unlocked'; wasLocked: boolean } | Problem<'NOT_FOUND'>> {
  const unlocked = await context.em.transactional(async (em) => {
    const user = await findAddressOwner(em, email, comparedKey(context, email));
    if (user === null) return undefined;
    const forgotten = [await forgetFailures(em, context, user), await forgetWrongCodes(em, context, user.id)];
    const wasLocked = forgotten.includes(true);
    const metadata = { by: 'operator', wasLocked };
    await recordEvent(em, context, { type: 'ACCOUNT_UNLOCK', userId: user.id, metadata });
    return { user, wasLocked };
  });
  if (unlocked === undefined) return problem('NOT_FOUND');
  await forgetLoginLimit(context, unlocked.user);
  return { kind: 'user-unlocked', wasLocked: unlocked.wasLocked };
}

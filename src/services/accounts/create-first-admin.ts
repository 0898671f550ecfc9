import { randomUUID } from 'node:crypto';
import { User } from '../../entities/user.js';
import { inputProblem, type Problem, problem } from '../../problems.js';
import { failedRules } from '../passwords/policy.js';
import type { UseCaseContext } from '../use-case.js';

type Needs = Pick<UseCaseContext, 'em' | 'clock' | 'settings' | 'passwordHasher'>;

/** The role that may everything. */
export const ADMIN_ROLE = 'admin';
/** Names our lock among the database's advisory locks. */
const FIRST_ADMIN_LOCK = 7_105_312;
const EMAIL = /^[^\s@]{1,64}@[^\s@]{1,189}$/;

/**
 * Makes the first admin, or lets an account be it. Refused once there is an admin: from then on admins make admins, and no
 * default account ever exists (ASVS 6.3.2).
 */
export async function createFirstAdmin(
  context: Needs,
  input: { email: string; password: string },
): Promise<{ kind: 'admin-created'; email: string } | Problem<'FORBIDDEN' | 'INPUT_INVALID' | 'PASSWORD_REJECTED'>> {
  const { settings } = context;
  if (!EMAIL.test(input.email)) return inputProblem(['email'], 'email', 'This is no e-mail address.');
  const policy = { kind: settings.passwordPolicy, minLength: settings.passwordMinLength };
  const rules = failedRules(policy, input.password, { email: input.email });
  if (rules.length > 0) return problem('PASSWORD_REJECTED', { rules });
  const passwordHash = await context.passwordHasher.hash(input.password);
  const now = context.clock.now();
  return await context.em.transactional(async (em) => {
    await em.execute('SELECT pg_advisory_xact_lock(?)', [FIRST_ADMIN_LOCK]);
    if ((await em.count(User, { role: ADMIN_ROLE })) > 0) return problem('FORBIDDEN');
    const user =
      (await em.findOne(User, { email: input.email })) ??
      Object.assign(new User(), { id: randomUUID(), createdAt: now });
    const { email } = input;
    const proven = { role: ADMIN_ROLE, passwordHash, passwordChangedAt: now, emailVerifiedAt: now, updatedAt: now };
    em.persist(Object.assign(user, { email, ...proven }));
    return { kind: 'admin-created', email };
  });
}

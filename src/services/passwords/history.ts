import { randomUUID } from 'node:crypto';
import { PasswordHistory } from '../../entities/password-history.js';
import type { User } from '../../entities/user.js';
import { run, sql } from '../../lib/sql.js';
import { type PasswordRuleName, type Problem, problem } from '../../problems.js';
import type { UseCaseContext } from '../use-case.js';
import type { Work } from '../work.js';
import { refusePassword } from './policy.js';

type Needs = Pick<UseCaseContext, 'em' | 'settings' | 'passwordHasher'>;

const prune = (userId: string, kept: number) => sql`
  DELETE FROM password_history WHERE user_id = ${userId} AND id NOT IN (
    SELECT id FROM password_history WHERE user_id = ${userId} ORDER BY created_at DESC, id DESC LIMIT ${kept})`;

/** Returns how many earlier passwords are kept beside the current one. */
function keptBeside(settings: UseCaseContext['settings']): number {
  return settings.passwordHistory - 1;
}

/** Returns the reuse rules that the password fails. Each comparison computes a hash, so they run one at a time. */
async function reusedRules(context: Needs, user: User, password: string): Promise<PasswordRuleName[]> {
  if (await context.passwordHasher.verify(user.passwordHash, password)) {
    return user.passwordBreachedAt == null ? ['REUSED'] : ['REUSED', 'BREACHED'];
  }
  const newestFirst = { createdAt: 'desc', id: 'desc' } as const;
  const earlier = await context.em
    .fork()
    .find(PasswordHistory, { user: user.id }, { populate: ['passwordHash'], orderBy: newestFirst });
  for (const { passwordHash } of earlier.slice(0, keptBeside(context.settings))) {
    if (await context.passwordHasher.verify(passwordHash, password)) return ['REUSED'];
  }
  return [];
}

/**
 * Refuses a password that the account is not allowed to use next. Only one that passes every cheap rule is compared
 * with earlier ones.
 */
export async function refuseNextPassword(
  context: Needs,
  user: User,
  password: string,
): Promise<Problem<'PASSWORD_REJECTED'> | undefined> {
  const refused = refusePassword(context.settings, password, user);
  if (refused !== undefined) return refused;
  const rules = await reusedRules(context, user, password);
  return rules.length > 0 ? problem('PASSWORD_REJECTED', { rules }) : undefined;
}

/** Keeps a replaced password in the history, and deletes those beyond its limit. */
export async function keepPassword(
  { em, now, settings }: Work,
  replaced: { userId: string; passwordHash: string },
): Promise<void> {
  const { userId, passwordHash } = replaced;
  const kept = keptBeside(settings);
  if (kept > 0) await em.insert(PasswordHistory, { id: randomUUID(), user: userId, passwordHash, createdAt: now });
  await run(em, prune(userId, kept));
}

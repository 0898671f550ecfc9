import type { z } from 'zod';
import { OneTimeCode, type OneTimeCodePurpose } from '../../entities/one-time-code.js';
import type { User } from '../../entities/user.js';
import type { passwordInputs } from '../../inputs/password.js';
import { isProblem, type Problem, problem } from '../../problems.js';
import { recordEvent } from '../audit/record-event.js';
import { consumeToken } from '../one-time-codes/consume.js';
import { readToken } from '../one-time-codes/derive.js';
import type { Request, UseCaseContext } from '../use-case.js';
import { inTransaction, Undone, undo, type Work } from '../work.js';
import { refuseNextPassword } from './history.js';
import { type AccountChanged, beginNewPassword, type PasswordSet, setNewPassword } from './new-password.js';

/** The password was reset. No session is opened. */
export interface PasswordReset {
  kind: 'password-reset';
  endedSessions: number;
}

/** The token of the mailed link, or a ticket that was issued for the code or by a login. */
export type ResetPasswordInput = z.output<typeof passwordInputs.resetPassword>;

type Needs = Request & Pick<UseCaseContext, 'passwordHasher'>;
type ResetProblem = Problem<'TOKEN_INVALID' | 'PASSWORD_REJECTED' | 'TEMPORARILY_UNAVAILABLE'>;

/** The reset that an unused token opens. */
interface OpenReset {
  purpose: OneTimeCodePurpose;
  user: User;
}

const PURPOSES: readonly OneTimeCodePurpose[] = ['RESET_PASSWORD', 'RESET_TICKET'];
/** Number of attempts while the account keeps changing during a reset. */
const TRIES = 3;
const RETRY_AFTER_SECONDS = 1;

/** Finds the reset without consuming the token, so that a refused password does not cost the user the link. */
async function findReset(context: Needs, token: string): Promise<OpenReset | undefined> {
  for (const purpose of PURPOSES) {
    const id = readToken(context.secretKeys, purpose, token);
    if (id === undefined) continue;
    const alive = { id, purpose, consumedAt: null, linkExpiresAt: { $gt: context.clock.now() } };
    const code = await context.em.fork().findOne(OneTimeCode, alive, { populate: ['user', 'user.passwordHash'] });
    const user = code?.user ?? null;
    // A mailbox that the account has left no longer gives access.
    if (code === null || user === null || user.email !== code.address || user.disabledAt !== null) return undefined;
    return { purpose, user: user as User };
  }
  return undefined;
}

async function recordReset(work: Work, user: User, { endedSessions }: PasswordSet): Promise<void> {
  await work.record({ type: 'PASSWORD_RESET', userId: user.id, metadata: { endedSessions } });
  if (user.emailVerifiedAt !== null) return;
  await work.record({ type: 'EMAIL_VERIFICATION', userId: user.id, metadata: { by: 'PASSWORD_RESET' } });
}

/** Consumes the token and sets the password atomically. */
async function useReset(
  work: Work,
  next: OpenReset & { token: string; password: string; passwordHash: string },
): Promise<PasswordSet | Undone<AccountChanged | Problem<'TOKEN_INVALID'>>> {
  const { purpose, token, user, password, passwordHash } = next;
  await beginNewPassword(work.em, user);
  const consumed = await consumeToken(work.em, work.secretKeys, { purpose, token, now: work.now });
  if (isProblem(consumed)) return undo(consumed);
  const reason = 'PASSWORD_RESET' as const;
  const set = await setNewPassword(work, { user, password, passwordHash, reason, keptSessionId: null });
  if (!(set instanceof Undone)) await recordReset(work, user, set);
  return set;
}

async function tryReset(
  context: Needs,
  reset: OpenReset,
  input: ResetPasswordInput,
): Promise<PasswordReset | ResetProblem | AccountChanged> {
  const { resetToken: token, newPassword: password } = input;
  const refused = await refuseNextPassword(context, reset.user, password);
  if (refused !== undefined) return refused;
  const passwordHash = await context.passwordHasher.hash(password);
  const next = { ...reset, token, password, passwordHash };
  const set = await inTransaction(context, (work) => useReset(work, next));
  return set.kind === 'password-set' ? { kind: 'password-reset', endedSessions: set.endedSessions } : set;
}

async function attemptReset(
  context: Needs,
  input: ResetPasswordInput,
): Promise<{ outcome: PasswordReset | ResetProblem; userId: string | null }> {
  for (let tries = 0; tries < TRIES; tries += 1) {
    const reset = await findReset(context, input.resetToken);
    if (reset === undefined) return { outcome: problem('TOKEN_INVALID'), userId: null };
    const outcome = await tryReset(context, reset, input);
    // If the account changed, the rules are checked again.
    if (outcome.kind !== 'account-changed') return { outcome, userId: reset.user.id };
  }
  const busy = problem('TEMPORARILY_UNAVAILABLE', { retryAfterSeconds: RETRY_AFTER_SECONDS });
  return { outcome: busy, userId: null };
}

/**
 * Sets a new password by a mailed token or a ticket, which works once. Every session ends and none begins. Every lock
 * is lifted, the owner is notified, and the second factor is unchanged.
 */
export async function resetPassword(context: Needs, input: ResetPasswordInput): Promise<PasswordReset | ResetProblem> {
  const { outcome, userId } = await attemptReset(context, input);
  if (isProblem(outcome)) {
    const metadata = { reason: outcome.code };
    await recordEvent(context.em, context, { type: 'PASSWORD_RESET', success: false, userId, metadata });
  }
  return outcome;
}

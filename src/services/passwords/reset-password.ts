import { OneTimeCode, type OneTimeCodePurpose } from '../../entities/one-time-code.js';
import type { User } from '../../entities/user.js';
import { isProblem, type Problem, problem } from '../../problems.js';
import { recordEvent } from '../audit/record-event.js';
import { consumeToken } from '../one-time-codes/consume.js';
import { readToken } from '../one-time-codes/derive.js';
import type { Request, UseCaseContext } from '../use-case.js';
import { inTransaction, Undone, undo, type Work } from '../work.js';
import { refuseNextPassword } from './history.js';
import { type AccountChanged, beginNewPassword, type PasswordSet, setNewPassword } from './new-password.js';

/** The password is set, and nobody is signed in. */
export interface PasswordReset {
  kind: 'password-reset';
  endedSessions: number;
}

/** The token of the mailed link, or the ticket that the code or a login gave. */
export interface ResetPasswordInput {
  resetToken: string;
  newPassword: string;
}

type Needs = Request & Pick<UseCaseContext, 'passwordHasher'>;
type ResetProblem = Problem<'TOKEN_INVALID' | 'PASSWORD_REJECTED' | 'TEMPORARILY_UNAVAILABLE'>;

/** What a token opens, as long as nobody uses it up. */
interface OpenReset {
  purpose: OneTimeCodePurpose;
  user: User;
}

const PURPOSES: readonly OneTimeCodePurpose[] = ['RESET_PASSWORD', 'RESET_TICKET'];
/** How often the account may change under a reset before it is given up. */
const TRIES = 3;
const RETRY_AFTER_SECONDS = 1;

/** Looks without using up: a password that is refused costs nobody their link. */
async function findReset(context: Needs, token: string): Promise<OpenReset | undefined> {
  for (const purpose of PURPOSES) {
    const id = readToken(context.secretKeys, purpose, token);
    if (id === undefined) continue;
    const alive = { id, purpose, consumedAt: null, linkExpiresAt: { $gt: context.clock.now() } };
    const code = await context.em.fork().findOne(OneTimeCode, alive, { populate: ['user', 'user.passwordHash'] });
    const user = code?.user ?? null;
    // A mailbox that the account has left opens nothing any more.
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

/** Token and password change together or not at all. */
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
    // Of a changed account the rules are asked again.
    if (outcome.kind !== 'account-changed') return { outcome, userId: reset.user.id };
  }
  const busy = problem('TEMPORARILY_UNAVAILABLE', { retryAfterSeconds: RETRY_AFTER_SECONDS });
  return { outcome: busy, userId: null };
}

/**
 * Sets a new password by a token that was mailed, or a ticket; works once. Every session ends and none begins, every lock is
 * lifted, the owner is told, and the second factor stays as it is.
 */
export async function resetPassword(context: Needs, input: ResetPasswordInput): Promise<PasswordReset | ResetProblem> {
  const { outcome, userId } = await attemptReset(context, input);
  if (isProblem(outcome)) {
    const metadata = { reason: outcome.code };
    await recordEvent(context.em, context, { type: 'PASSWORD_RESET', success: false, userId, metadata });
  }
  return outcome;
}

import type { EntityManager } from '@mikro-orm/postgresql';
import { OneTimeCode, type OneTimeCodePurpose } from '../../entities/one-time-code.js';
import type { User } from '../../entities/user.js';
import { isProblem, type Problem, ProblemError, problem } from '../../problems.js';
import { recordEvent } from '../audit/record-event.js';
import { consumeToken } from '../one-time-codes/consume.js';
import { readToken } from '../one-time-codes/derive.js';
import type { UseCaseContext } from '../use-case.js';
import { refuseNextPassword } from './history.js';
import {
  afterNewPassword,
  beginNewPassword,
  type NewPasswordContext,
  type PasswordSet,
  setNewPassword,
  unlessAccountChanged,
} from './new-password.js';

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

type Needs = NewPasswordContext & Pick<UseCaseContext, 'passwordHasher'>;
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

async function recordReset(em: EntityManager, context: Needs, user: User, set: PasswordSet): Promise<void> {
  const metadata = { endedSessions: set.endedSessions.length };
  await recordEvent(em, context, { type: 'PASSWORD_RESET', userId: user.id, metadata });
  if (user.emailVerifiedAt !== null) return;
  await recordEvent(em, context, { type: 'EMAIL_VERIFICATION', userId: user.id, metadata: { by: 'PASSWORD_RESET' } });
}

/** Token and password change together or not at all. */
async function useReset(
  em: EntityManager,
  context: Needs,
  next: OpenReset & { token: string; password: string; passwordHash: string },
): Promise<PasswordSet> {
  const { purpose, token, user, password, passwordHash } = next;
  await beginNewPassword(em, user);
  const consumed = await consumeToken(em, context.secretKeys, { purpose, token, now: context.clock.now() });
  // Thrown, so that nothing of the transaction stays.
  if (isProblem(consumed)) throw new ProblemError(consumed);
  const reason = 'PASSWORD_RESET' as const;
  const set = await setNewPassword(em, context, { user, password, passwordHash, reason, keptSessionId: null });
  await recordReset(em, context, user, set);
  return set;
}

/** Undefined when the account changed in the meantime: its rules are to be asked again. */
async function tryReset(
  context: Needs,
  reset: OpenReset,
  input: ResetPasswordInput,
): Promise<PasswordReset | ResetProblem | undefined> {
  const { resetToken: token, newPassword: password } = input;
  const refused = await refuseNextPassword(context, reset.user, password);
  if (refused !== undefined) return refused;
  const passwordHash = await context.passwordHasher.hash(password);
  const next = { ...reset, token, password, passwordHash };
  const set = await unlessAccountChanged(context.em.fork().transactional((em) => useReset(em, context, next)));
  if (set === undefined) return undefined;
  await afterNewPassword(context, set);
  return { kind: 'password-reset', endedSessions: set.endedSessions.length };
}

function usedMeanwhile(cause: unknown): Problem<'TOKEN_INVALID'> {
  if (cause instanceof ProblemError && cause.problem.code === 'TOKEN_INVALID') return cause.problem;
  throw cause;
}

async function attemptReset(
  context: Needs,
  input: ResetPasswordInput,
): Promise<{ outcome: PasswordReset | ResetProblem; userId: string | null }> {
  for (let tries = 0; tries < TRIES; tries += 1) {
    const reset = await findReset(context, input.resetToken);
    if (reset === undefined) return { outcome: problem('TOKEN_INVALID'), userId: null };
    const outcome = await tryReset(context, reset, input).catch(usedMeanwhile);
    if (outcome !== undefined) return { outcome, userId: reset.user.id };
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

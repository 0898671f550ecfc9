import type { User } from '../../entities/user.js';
import { isProblem, type Problem, problem } from '../../problems.js';
import { recordRefusal } from '../audit/record-refusal.js';
import { checkCurrentPassword } from '../passwords/current-password.js';
import { refuseNextPassword } from '../passwords/history.js';
import { type AccountChanged, beginNewPassword, setNewPassword } from '../passwords/new-password.js';
import {
  type SessionBegun,
  type SessionContext,
  type SessionStarted,
  startSession,
} from '../sessions/create-session.js';
import { requireRecentAuthentication } from '../sessions/recent-authentication.js';
import { proofOfAll, renewSession } from '../sessions/renew-session.js';
import { verifySecondFactor } from '../two-factor/verify-second-factor.js';
import type { Request, UseCaseContext } from '../use-case.js';
import { inTransaction, Undone, type Work } from '../work.js';

/** The password was changed. The current session continues under a new id. */
export interface PasswordChanged {
  kind: 'password-changed';
  /** Number of other sessions that ended. */
  endedSessions: number;
  started: SessionStarted;
}

/** Input of `changePassword`: the user, the current session and the credentials. */
export interface ChangePasswordInput {
  userId: string;
  sessionId: string;
  /** Time at which every factor was last verified. */
  authenticatedAt: Date;
  currentPassword: string;
  newPassword: string;
  /** Second-factor code. Required if a second factor is on and the last verification is old. */
  code: string | null;
}

type Needs = Request & SessionContext & Pick<UseCaseContext, 'passwordHasher'>;
type CodeRefused = Problem<'TWO_FACTOR_CODE_INVALID' | 'ACCOUNT_LOCKED'>;
type ChangeProblem = CodeRefused | Problem<'INVALID_CREDENTIALS' | 'PASSWORD_REJECTED' | 'UNAUTHENTICATED'>;

interface Change {
  user: User;
  input: ChangePasswordInput;
  passwordHash: string;
  /** True if every factor was just verified. Only then does the session count as a new sign-in. */
  provenAll: boolean;
}

/** Verifies the second-factor code. Returns false if it was omitted because the last verification is recent. */
async function proveCode(context: Needs, user: User, input: ChangePasswordInput): Promise<boolean | CodeRefused> {
  if (user.twoFactorEnabledAt === null) return true;
  const { code, authenticatedAt } = input;
  if (code === null) {
    const stale = requireRecentAuthentication(context, authenticatedAt) !== undefined;
    return stale ? problem('TWO_FACTOR_CODE_INVALID', { attemptsLeft: null }) : false;
  }
  const verified = await verifySecondFactor(context, { user, code });
  return isProblem(verified) ? verified : true;
}

/** The written change. The tokens of its new session are not signed yet. */
interface Changed {
  kind: 'changed';
  endedSessions: number;
  begun: SessionBegun;
}

async function writeChange(
  context: Needs,
  work: Work,
  { user, input, passwordHash, provenAll }: Change,
): Promise<Changed | Undone<AccountChanged | Problem<'UNAUTHENTICATED'>>> {
  const { userId, sessionId, newPassword: password } = input;
  await beginNewPassword(work.em, user);
  const reason = 'PASSWORD_CHANGED' as const;
  const set = await setNewPassword(work, { user, password, passwordHash, reason, keptSessionId: sessionId });
  if (set instanceof Undone) return set;
  const proof = provenAll ? proofOfAll(user, work.now) : null;
  const begun = await renewSession(context, work, { user: set.user, sessionId, proof });
  if (begun instanceof Undone) return begun;
  const { endedSessions } = set;
  const metadata = { endedSessions, sessionId: begun.session.id };
  await work.record({ type: 'PASSWORD_CHANGE', userId, actorId: userId, metadata });
  return { kind: 'changed', endedSessions, begun };
}

/** Attempts the change once. If the account changed in the meantime, the current password must be verified again. */
async function tryChange(
  context: Needs,
  input: ChangePasswordInput,
): Promise<PasswordChanged | ChangeProblem | AccountChanged> {
  const user = await checkCurrentPassword(context, { userId: input.userId, password: input.currentPassword });
  if (isProblem(user)) return user;
  const refused = await refuseNextPassword(context, user, input.newPassword);
  if (refused !== undefined) return refused;
  // Verified after the rules of the new password: a rejected password must not use up a code.
  const provenAll = await proveCode(context, user, input);
  if (isProblem(provenAll)) return provenAll;
  const passwordHash = await context.passwordHasher.hash(input.newPassword);
  const change = { user, input, passwordHash, provenAll };
  const changed = await inTransaction(context, (work) => writeChange(context, work, change));
  if (changed.kind !== 'changed') return changed;
  const started = await startSession(context, changed.begun);
  return { kind: 'password-changed', endedSessions: changed.endedSessions, started };
}

/**
 * Changes the password of a signed-in user who verifies the current one (ASVS 6.2.3). Wrong passwords count as failed
 * attempts. The other sessions end, and the current one continues under a new id. Its authentication is renewed only if
 * every factor was verified.
 */
export async function changePassword(
  context: Needs,
  input: ChangePasswordInput,
): Promise<PasswordChanged | ChangeProblem> {
  let outcome = await tryChange(context, input);
  if (outcome.kind === 'account-changed') outcome = await tryChange(context, input);
  if (outcome.kind === 'account-changed') outcome = problem('INVALID_CREDENTIALS');
  return isProblem(outcome) ? await recordRefusal(context, 'PASSWORD_CHANGE', input.userId, outcome) : outcome;
}

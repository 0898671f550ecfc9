import type { EntityManager } from '@mikro-orm/postgresql';
import type { User } from '../../entities/user.js';
import { isProblem, type Problem, problem } from '../../problems.js';
import { recordEvent } from '../audit/record-event.js';
import { recordRefusal } from '../audit/record-refusal.js';
import { checkCurrentPassword } from '../passwords/current-password.js';
import { refuseNextPassword } from '../passwords/history.js';
import {
  afterNewPassword,
  beginNewPassword,
  type NewPasswordContext,
  setNewPassword,
  unlessAccountChanged,
} from '../passwords/new-password.js';
import type { SessionContext, SessionStarted } from '../sessions/create-session.js';
import { endedInBetween, endedMeanwhile } from '../sessions/ended-meanwhile.js';
import { requireRecentAuthentication } from '../sessions/recent-authentication.js';
import { finishRenewal, proofOfAll, renewSession } from '../sessions/renew-session.js';
import { type SecondFactorContext, verifySecondFactor } from '../two-factor/verify-second-factor.js';
import type { UseCaseContext } from '../use-case.js';

/** The password is changed; the present session goes on under a new id. */
export interface PasswordChanged {
  kind: 'password-changed';
  /** How many others ended. */
  endedSessions: number;
  started: SessionStarted;
}

/** Who changes it, in which session. */
export interface ChangePasswordInput {
  userId: string;
  sessionId: string;
  /** When every factor was last proven. */
  authenticatedAt: Date;
  currentPassword: string;
  newPassword: string;
  /** Of the second factor; needed where it is on and the last proof is old. */
  code: string | null;
}

type Needs = NewPasswordContext & SessionContext & SecondFactorContext & Pick<UseCaseContext, 'passwordHasher'>;
type CodeRefused = Problem<'TWO_FACTOR_CODE_INVALID' | 'ACCOUNT_LOCKED'>;
type ChangeProblem = CodeRefused | Problem<'INVALID_CREDENTIALS' | 'PASSWORD_REJECTED' | 'UNAUTHENTICATED'>;

interface Change {
  user: User;
  input: ChangePasswordInput;
  passwordHash: string;
  /** Whether every factor was proven just now: only that makes the session as good as a new sign-in. */
  provenAll: boolean;
}

/** Whether the code was proven beside the password: false where it may be left out, since the last proof is recent. */
async function proveCode(context: Needs, user: User, input: ChangePasswordInput): Promise<boolean | CodeRefused> {
  if (user.twoFactorEnabledAt === null) return true;
  const { code, authenticatedAt } = input;
  if (code === null) {
    const stale = requireRecentAuthentication(context, authenticatedAt) !== undefined;
    return stale ? problem('TWO_FACTOR_CODE_INVALID', { attemptsLeft: null }) : false;
  }
  const verified = await verifySecondFactor(context, context.em, { user, code });
  return isProblem(verified) ? verified : true;
}

async function writeChange(em: EntityManager, context: Needs, change: Change) {
  const { user, input, passwordHash, provenAll } = change;
  const { userId, sessionId, newPassword: password } = input;
  await beginNewPassword(em, user);
  const reason = 'PASSWORD_CHANGED' as const;
  const set = await setNewPassword(em, context, { user, password, passwordHash, reason, keptSessionId: sessionId });
  const proof = provenAll ? proofOfAll(user, context.clock.now()) : null;
  const renewed = await renewSession(context, em, { user: set.user, sessionId, proof });
  // Thrown, so that nothing of the transaction stays: whoever ended the session meant this one too.
  if (renewed === undefined) throw endedInBetween();
  const metadata = { endedSessions: set.endedSessions.length, sessionId: renewed.begun.session.id };
  await recordEvent(em, context, { type: 'PASSWORD_CHANGE', userId, actorId: userId, metadata });
  return { set, renewed };
}

/** Undefined when the account changed in the meantime: then the present password is to be proven again. */
async function tryChange(
  context: Needs,
  input: ChangePasswordInput,
): Promise<PasswordChanged | ChangeProblem | undefined> {
  const user = await checkCurrentPassword(context, { userId: input.userId, password: input.currentPassword });
  if (isProblem(user)) return user;
  const refused = await refuseNextPassword(context, user, input.newPassword);
  if (refused !== undefined) return refused;
  // After the rules of the new password, which would cost a code each time.
  const provenAll = await proveCode(context, user, input);
  if (isProblem(provenAll)) return provenAll;
  const passwordHash = await context.passwordHasher.hash(input.newPassword);
  const change = { user, input, passwordHash, provenAll };
  const transaction = context.em.fork().transactional((em) => writeChange(em, context, change));
  const changed = await unlessAccountChanged(transaction.catch(endedMeanwhile));
  if (changed === undefined || isProblem(changed)) return changed;
  const { set, renewed } = changed;
  await afterNewPassword(context, set);
  const started = await finishRenewal(context, renewed);
  return { kind: 'password-changed', endedSessions: set.endedSessions.length, started };
}

/**
 * Changes the password of somebody who is signed in and knows the present one; wrong ones count (ASVS 6.2.3). The other
 * sessions end, and the present one goes on under a new id; its proof is renewed only where every factor was proven.
 */
export async function changePassword(
  context: Needs,
  input: ChangePasswordInput,
): Promise<PasswordChanged | ChangeProblem> {
  const outcome =
    (await tryChange(context, input)) ?? (await tryChange(context, input)) ?? problem('INVALID_CREDENTIALS');
  return isProblem(outcome) ? await recordRefusal(context, 'PASSWORD_CHANGE', input.userId, outcome) : outcome;
}

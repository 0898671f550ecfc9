import type { User } from '../../entities/user.js';
import { addSeconds } from '../../lib/clock.js';
import { isProblem, type Problem, problem } from '../../problems.js';
import { recordEvent } from '../audit/record-event.js';
import { recordRefusal } from '../audit/record-refusal.js';
import { checkCurrentPassword } from '../passwords/current-password.js';
import { type SecondFactorContext, verifySecondFactor } from '../two-factor/verify-second-factor.js';
import type { UseCaseContext } from '../use-case.js';
import type { SessionContext, SessionStarted } from './create-session.js';
import { MULTI_FACTOR } from './effective-role.js';
import { finishRenewal, renewSession } from './renew-session.js';

/** Who is signed in, and what they prove it with. */
export interface ReauthenticateInput {
  userId: string;
  sessionId: string;
  password: string;
  /** Of the second factor; needed where it is on. */
  code: string | null;
}

/** Proven anew; sensitive operations are open for a while. */
export interface Reauthenticated {
  kind: 'reauthenticated';
  started: SessionStarted;
  validUntil: Date;
}

type Needs = SessionContext &
  SecondFactorContext &
  Pick<UseCaseContext, 'em' | 'passwordHasher' | 'revocations' | 'requestId'>;
type ReauthenticateProblem = Problem<
  'INVALID_CREDENTIALS' | 'ACCOUNT_LOCKED' | 'TWO_FACTOR_CODE_INVALID' | 'UNAUTHENTICATED'
>;

/** Both factors of an account that has two; the methods that were proven. */
async function prove(context: Needs, input: ReauthenticateInput): Promise<[User, string[]] | ReauthenticateProblem> {
  const user = await checkCurrentPassword(context, input);
  if (isProblem(user)) return user;
  if (user.twoFactorEnabledAt == null) return [user, ['pwd']];
  if (input.code === null) return problem('TWO_FACTOR_CODE_INVALID', { attemptsLeft: null });
  const verified = await verifySecondFactor(context, context.em, { user, code: input.code });
  return isProblem(verified) ? verified : [user, ['pwd', 'otp', MULTI_FACTOR]];
}

/** Renews the proof of who is there, on a session of a new id in place of the present one. */
export async function reauthenticate(
  context: Needs,
  input: ReauthenticateInput,
): Promise<Reauthenticated | ReauthenticateProblem> {
  const { userId } = input;
  const proven = await prove(context, input);
  if (isProblem(proven)) return await recordRefusal(context, 'REAUTHENTICATION', userId, proven);
  const [user, authenticationMethods] = proven;
  const renewed = await context.em.transactional(async (em) => {
    const { sessionId } = input;
    const session = await renewSession(context, em, { user, sessionId, authenticationMethods });
    if (session === undefined) return undefined;
    const metadata = { sessionId: session.begun.session.id };
    await recordEvent(em, context, { type: 'REAUTHENTICATION', userId, actorId: userId, metadata });
    return session;
  });
  if (renewed === undefined) {
    return await recordRefusal(context, 'REAUTHENTICATION', userId, problem('UNAUTHENTICATED'));
  }
  const started = await finishRenewal(context, renewed);
  const validUntil = addSeconds(started.session.authenticatedAt, context.settings.reauthenticationTtl);
  return { kind: 'reauthenticated', started, validUntil };
}

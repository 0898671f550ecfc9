import type { NewSession } from '../sessions/create-session.js';
import { MULTI_FACTOR } from '../sessions/effective-role.js';
import { type ChallengeNote, issueChallenge, type TwoFactorRequired } from '../two-factor/challenge.js';
import type { Work } from '../work.js';
import {
  type PasswordChangeRequired,
  requirePasswordChange,
  type SignInEventType,
} from './password-change-required.js';
import { type SignInBegun, type SignInContext, type SignInDevice, signIn } from './sign-in.js';

/** A sign-in whose `authenticationMethods` are verified, with the parameters of its session. */
export type VerifiedSignIn = NewSession & SignInDevice & ChallengeNote;

/** The next step of a sign-in: the second factor, a new password, or the session. */
export type Opened = SignInBegun | TwoFactorRequired | PasswordChangeRequired;

/**
 * Returns whether the password must be changed first. A breached password must be changed if it was
 * verified itself, or if every factor was. If an admin requires a change, it applies in any case.
 */
function mustChangePassword({ user, authenticationMethods: methods }: VerifiedSignIn): boolean {
  const isBreached =
    user.passwordBreachedAt != null && ['pwd', MULTI_FACTOR].some((method) => methods.includes(method));
  return isBreached || user.passwordContestedAt != null || user.passwordChangeRequiredAt != null;
}

/** Returns the step that follows the verified methods. */
export function nextStep(verified: VerifiedSignIn): 'SECOND_FACTOR' | 'NEW_PASSWORD' | 'SESSION' {
  const { user, authenticationMethods: methods } = verified;
  const hasSecondFactor = user.disabledAt == null && user.twoFactorEnabledAt != null;
  if (hasSecondFactor && !methods.includes(MULTI_FACTOR)) return 'SECOND_FACTOR';
  return mustChangePassword(verified) ? 'NEW_PASSWORD' : 'SESSION';
}

/**
 * Decides which step follows the verified methods, in the caller's transaction. Returns undefined if the account was disabled,
 * or its password or second factor changed, in the meantime.
 */
export async function openSession(
  context: SignInContext,
  work: Work,
  verified: VerifiedSignIn,
  event: SignInEventType,
): Promise<Opened | undefined> {
  const { user, authenticationMethods: firstMethods, authenticatedAt: firstProvenAt } = verified;
  const step = nextStep(verified);
  if (step === 'SECOND_FACTOR') {
    await work.record({ type: event, userId: user.id, metadata: { secondFactor: 'required' } });
    const { rememberMe, deviceName, tokenDelivery } = verified;
    return await issueChallenge(work.em, context, {
      user,
      rememberMe,
      deviceName,
      tokenDelivery,
      firstMethods,
      firstProvenAt,
    });
  }
  if (step === 'NEW_PASSWORD') return await requirePasswordChange(work, user, event);
  return await signIn(context, work, verified, event);
}

import { User } from '../../entities/user.js';
import { workOnRowsOf } from '../../lib/request-scope.js';
import { isProblem, type Problem, problem } from '../../problems.js';
import { recordEvent } from '../audit/record-event.js';
import { MULTI_FACTOR } from '../sessions/effective-role.js';
import { type ChallengeNote, consumeChallenge, type TriedChallenge, tryChallenge } from '../two-factor/challenge.js';
import { verifySecondFactor } from '../two-factor/verify-second-factor.js';
import { inTransaction } from '../work.js';
import { type Opened, openSession } from './open-session.js';
import type { PasswordChangeRequired } from './password-change-required.js';
import { finishSignIn, type SignedIn, type SignInClient, type SignInContext } from './sign-in.js';

/** Input of the second step of a sign-in. */
export interface CompleteTwoFactorInput {
  challenge: string;
  code: string;
  /** Returns what the client presents, which depends on the note of the first step. */
  clientOf(note: ChallengeNote): SignInClient;
}

/** A completed two-factor sign-in, with the note of its first step. */
export interface TwoFactorCompleted extends SignedIn, ChallengeNote {}

type TwoFactorProblem = Problem<'TWO_FACTOR_CODE_INVALID' | 'CHALLENGE_EXPIRED' | 'ACCOUNT_LOCKED'>;

const expired = () => problem('CHALLENGE_EXPIRED', { attemptsLeft: null });

/** Returns the user of the challenge; null if the password or the account changed. */
async function findUser(context: SignInContext, tried: TriedChallenge): Promise<User | null> {
  const { userId: id, passwordChangedAt } = tried;
  return await context.em.findOne(User, { id, passwordChangedAt, disabledAt: null, twoFactorEnabledAt: { $ne: null } });
}

async function begin(
  context: SignInContext,
  user: User,
  tried: TriedChallenge,
  { deviceToken, keepsDeviceToken }: SignInClient,
): Promise<Opened | undefined> {
  const { rememberMe, deviceName, tokenDelivery, firstMethods, firstProvenAt: authenticatedAt } = tried;
  const authenticationMethods = [...firstMethods, 'otp', MULTI_FACTOR];
  return await inTransaction(context, async (work) => {
    if (!(await consumeChallenge(work.em, tried.id, work.now))) return undefined;
    const device = { deviceToken, keepsDeviceToken };
    const begin = { user, rememberMe, deviceName, tokenDelivery, ...device, authenticationMethods, authenticatedAt };
    return await openSession(context, work, begin, 'TWO_FACTOR');
  });
}

/** Signs in a user who verifies the second factor of a challenge. Of several correct attempts, only one succeeds. */
export async function completeTwoFactor(
  context: SignInContext,
  input: CompleteTwoFactorInput,
): Promise<TwoFactorCompleted | PasswordChangeRequired | TwoFactorProblem> {
  const tried = await tryChallenge(context.em, context, input.challenge);
  const user = tried === undefined ? null : await findUser(context, tried);
  if (tried === undefined || user === null) return expired();
  workOnRowsOf(`user:${user.id}`);
  const verified = await verifySecondFactor(context, { user, code: input.code });
  if (isProblem(verified)) {
    const metadata = { reason: verified.code };
    await recordEvent(context.em, context, { type: 'TWO_FACTOR', success: false, userId: user.id, metadata });
    const { attemptsLeft } = tried;
    return verified.code === 'ACCOUNT_LOCKED' ? verified : problem('TWO_FACTOR_CODE_INVALID', { attemptsLeft });
  }
  const { tokenDelivery } = tried;
  const client = input.clientOf({ tokenDelivery });
  const begun = await begin(context, user, tried, client);
  // Every factor is verified, so no second challenge can follow.
  if (begun === undefined || begun.kind === 'two-factor-required') return expired();
  if (begun.kind === 'password-change-required') return begun;
  return { ...(await finishSignIn(context, begun, client.replacedSessionId)), tokenDelivery };
}

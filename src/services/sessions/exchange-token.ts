import { User } from '../../entities/user.js';
import { isProblem, type Problem, problem } from '../../problems.js';
import { recordEvent } from '../audit/record-event.js';
import { consumeToken } from '../one-time-codes/consume.js';
import { issueChallenge, type TwoFactorRequired } from '../two-factor/challenge.js';
import { finishSignIn, type SignedIn, type SignInContext, signIn } from './sign-in.js';

/** The token of a verified address, and how its session is to begin. */
export interface ExchangeTokenInput {
  token: string;
  rememberMe: boolean;
  deviceName: string | null;
  tokenDelivery: 'COOKIE' | 'BODY';
  /** The refresh token in the browser's cookie: its session is replaced by the new one. */
  heldRefreshToken: string | null;
}

/** A mailed code proves the address, and is no second factor (RFC 8176 has no word of its own for it). */
const METHODS = ['otp'];

/** Makes the session that a verified address may begin once; token and session change together. */
export async function exchangeToken(
  context: SignInContext,
  input: ExchangeTokenInput,
): Promise<SignedIn | TwoFactorRequired | Problem<'TOKEN_INVALID'>> {
  const now = context.clock.now();
  const { rememberMe, deviceName, tokenDelivery } = input;
  const outcome = await context.em.transactional(async (em) => {
    const consumed = await consumeToken(em, context.secretKeys, { purpose: 'EXCHANGE', token: input.token, now });
    if (isProblem(consumed)) {
      await recordEvent(em, context, { type: 'TOKEN_EXCHANGE', success: false, userId: null });
      return consumed;
    }
    const user = await em.findOneOrFail(User, consumed.userId);
    if (user.twoFactorEnabledAt !== null) {
      return await issueChallenge(em, context, { user, rememberMe, deviceName, tokenDelivery, firstMethods: METHODS });
    }
    const begin = { user, rememberMe, deviceName, authenticationMethods: METHODS };
    return (await signIn(context, em, begin, 'TOKEN_EXCHANGE')) ?? problem('TOKEN_INVALID');
  });
  return outcome.kind === 'sign-in-begun' ? await finishSignIn(context, outcome, input.heldRefreshToken) : outcome;
}

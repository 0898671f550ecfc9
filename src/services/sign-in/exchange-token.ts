import { User } from '../../entities/user.js';
import { isProblem, type Problem, problem } from '../../problems.js';
import { addressOfToken, type ConsumedCode, consumeToken } from '../one-time-codes/consume.js';
import { lockOrMakeCode } from '../one-time-codes/issue.js';
import type { ChallengeNote } from '../two-factor/challenge.js';
import { inTransaction, type Work } from '../work.js';
import { type Opened, openSession } from './open-session.js';
import { finishSignIn, type SignedIn, type SignInBegun, type SignInClient, type SignInContext } from './sign-in.js';

/** The exchange token of a verified address, and the parameters of its session. */
export interface ExchangeTokenInput extends SignInClient, ChallengeNote {
  token: string;
  rememberMe: boolean;
  deviceName: string | null;
}

/** A mailed code verifies the address and is not a second factor. RFC 8176 has no method of its own for it. */
const METHODS = ['otp'];

/**
 * Opens what the exchange token permits, in the caller's transaction. The address was verified when the token was
 * issued.
 */
async function openTo(
  context: SignInContext,
  work: Work,
  { userId, issuedAt: authenticatedAt }: ConsumedCode,
  input: ExchangeTokenInput,
): Promise<Opened | Problem<'TOKEN_INVALID'>> {
  const { rememberMe, deviceName, tokenDelivery, deviceToken, keepsDeviceToken } = input;
  const user = await work.em.findOneOrFail(User, userId);
  const begin = { user, rememberMe, deviceName, tokenDelivery, deviceToken, keepsDeviceToken };
  const verified = { ...begin, authenticationMethods: METHODS, authenticatedAt };
  const opened = await openSession(context, work, verified, 'TOKEN_EXCHANGE');
  if (opened === undefined) await work.record({ type: 'TOKEN_EXCHANGE', success: false, userId });
  return opened ?? problem('TOKEN_INVALID');
}

/**
 * Opens the one session that a verified address permits. Token and session change together. If two passwords were
 * chosen, it returns a ticket in place of the session: a sign-in without the ticket would leave the owner locked out
 * afterwards.
 */
export async function exchangeToken(
  context: SignInContext,
  input: ExchangeTokenInput,
): Promise<SignedIn | Exclude<Opened, SignInBegun> | Problem<'TOKEN_INVALID'>> {
  const presented = { purpose: 'EXCHANGE' as const, token: input.token };
  const outcome = await inTransaction(context, async (work) => {
    const { em, now } = work;
    // The ticket that may be issued is locked before the token, in the common order.
    const address = await addressOfToken(em, context.secretKeys, presented);
    if (address !== undefined) await lockOrMakeCode(em, context.secretKeys, 'RESET_TICKET', address);
    const consumed = await consumeToken(em, context.secretKeys, { ...presented, now });
    if (!isProblem(consumed)) return await openTo(context, work, consumed, input);
    await work.record({ type: 'TOKEN_EXCHANGE', success: false, userId: null });
    return consumed;
  });
  return outcome.kind === 'sign-in-begun' ? await finishSignIn(context, outcome, input.replacedSessionId) : outcome;
}

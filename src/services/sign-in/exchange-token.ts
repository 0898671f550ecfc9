import type { EntityManager } from '@mikro-orm/postgresql';
import { User } from '../../entities/user.js';
import { isProblem, type Problem, problem } from '../../problems.js';
import { recordEvent } from '../audit/record-event.js';
import { addressOfToken, type ConsumedCode, consumeToken } from '../one-time-codes/consume.js';
import { lockOrMakeCode } from '../one-time-codes/issue.js';
import { type Opened, openSession } from './open-session.js';
import { type DeviceToken, finishSignIn, type SignedIn, type SignInBegun, type SignInContext } from './sign-in.js';

/** The token of a verified address, and how its session is to begin. */
export interface ExchangeTokenInput extends DeviceToken {
  token: string;
  rememberMe: boolean;
  deviceName: string | null;
  /** The refresh token in the browser's cookie: its session is replaced by the new one. */
  heldRefreshToken: string | null;
}

/** A mailed code proves the address, and is no second factor (RFC 8176 has no word of its own for it). */
const METHODS = ['otp'];

/** What the token of a verified address opens, in the transaction of its caller. The address was proven when it was given. */
async function openTo(
  context: SignInContext,
  em: EntityManager,
  { userId, issuedAt: authenticatedAt }: ConsumedCode,
  input: ExchangeTokenInput,
): Promise<Opened | Problem<'TOKEN_INVALID'>> {
  const { rememberMe, deviceName, tokenDelivery, deviceToken } = input;
  const user = await em.findOneOrFail(User, userId);
  const begin = { user, rememberMe, deviceName, tokenDelivery, deviceToken };
  const verified = { ...begin, authenticationMethods: METHODS, authenticatedAt };
  const opened = await openSession(context, em, verified, 'TOKEN_EXCHANGE');
  if (opened === undefined) await recordEvent(em, context, { type: 'TOKEN_EXCHANGE', success: false, userId });
  return opened ?? problem('TOKEN_INVALID');
}

/**
 * Makes the session that a verified address may begin once; token and session change together. Where two chose a password it
 * gives a ticket in place of the session: a sign-in without one would leave its owner locked out after it.
 */
export async function exchangeToken(
  context: SignInContext,
  input: ExchangeTokenInput,
): Promise<SignedIn | Exclude<Opened, SignInBegun> | Problem<'TOKEN_INVALID'>> {
  const now = context.clock.now();
  const presented = { purpose: 'EXCHANGE' as const, token: input.token };
  const outcome = await context.em.transactional(async (em) => {
    // The ticket that it may give comes before the token, as everywhere.
    const address = await addressOfToken(em, context.secretKeys, presented);
    if (address !== undefined) await lockOrMakeCode(em, context.secretKeys, 'RESET_TICKET', address);
    const consumed = await consumeToken(em, context.secretKeys, { ...presented, now });
    if (!isProblem(consumed)) return await openTo(context, em, consumed, input);
    await recordEvent(em, context, { type: 'TOKEN_EXCHANGE', success: false, userId: null });
    return consumed;
  });
  return outcome.kind === 'sign-in-begun' ? await finishSignIn(context, outcome, input.heldRefreshToken) : outcome;
}

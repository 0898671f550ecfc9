import { User } from '../../entities/user.js';
import { isProblem, type Problem, problem } from '../../problems.js';
import { consumeToken } from '../one-time-codes/consume.js';
import type { UseCaseContext } from '../use-case.js';
import { createSession, type SessionStarted } from './create-session.js';
import { replaceSession } from './replace-session.js';

/** The token of a verified address, and how its session is to begin. */
export interface ExchangeTokenInput {
  token: string;
  rememberMe: boolean;
  deviceName: string | null;
  /** The refresh token in the browser's cookie: its session is replaced by the new one. */
  heldRefreshToken: string | null;
}

type Needs = Pick<
  UseCaseContext,
  'em' | 'clock' | 'settings' | 'secretKeys' | 'accessTokens' | 'client' | 'revocations' | 'logger' | 'requestId'
>;

/** Makes the session that a verified address may begin once; token and session change together. */
export async function exchangeToken(
  context: Needs,
  input: ExchangeTokenInput,
): Promise<SessionStarted | Problem<'TOKEN_INVALID'>> {
  const now = context.clock.now();
  const started = await context.em.transactional(async (em) => {
    const consumed = await consumeToken(em, context.secretKeys, { purpose: 'EXCHANGE', token: input.token, now });
    if (isProblem(consumed)) return consumed;
    const user = await em.findOneOrFail(User, consumed.userId);
    const { rememberMe, deviceName } = input;
    const begin = { user, rememberMe, deviceName, authenticationMethods: ['otp'] };
    return (await createSession(context, em, begin)) ?? problem('TOKEN_INVALID');
  });
  if (!isProblem(started)) await replaceSession(context, input.heldRefreshToken);
  return started;
}

import { workOnRowsOfSession } from '../accounts/account-of.js';
import { revokeSessions } from '../sessions/revoke-sessions.js';
import { readRefreshToken } from '../tokens/refresh-tokens.js';
import type { UseCaseContext } from '../use-case.js';

type Needs = Pick<UseCaseContext, 'em' | 'query' | 'clock' | 'secretKeys' | 'revocations' | 'logger' | 'requestId'>;

/** Ends the session that the client held before it signed in anew (ASVS 7.2.4); the new one stands whether or not this works. */
export async function replaceSession(context: Needs, heldRefreshToken: string | null): Promise<void> {
  const held = heldRefreshToken === null ? undefined : readRefreshToken(context.secretKeys, heldRefreshToken);
  if (held === undefined) return;
  try {
    await workOnRowsOfSession(context, held.sessionId);
    const ended = await revokeSessions(context.em, { id: held.sessionId }, 'REPLACED', context.clock.now());
    context.revocations.announce(ended);
  } catch (cause) {
    const { requestId } = context;
    context.logger.error(
      { err: cause, requestId, sessionId: held.sessionId },
      'the replaced session could not be ended',
    );
  }
}

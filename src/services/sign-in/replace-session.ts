import { workOnRowsOfSession } from '../accounts/account-of.js';
import { readRefreshToken } from '../tokens/refresh-tokens.js';
import type { Request, UseCaseContext } from '../use-case.js';
import { inStatement } from '../work.js';

type Needs = Request & Pick<UseCaseContext, 'query'>;

/**
 * Ends the session that the client held before it signed in again (ASVS 7.2.4). The new session stands whether or not
 * this succeeds.
 */
export async function replaceSession(context: Needs, heldRefreshToken: string | null): Promise<void> {
  const held = heldRefreshToken === null ? undefined : readRefreshToken(context.secretKeys, heldRefreshToken);
  if (held === undefined) return;
  try {
    await workOnRowsOfSession(context, held.sessionId);
    await inStatement(context, (work) => work.endSessions({ id: held.sessionId }, 'REPLACED'));
  } catch (cause) {
    const { requestId } = context;
    context.logger.error(
      { err: cause, requestId, sessionId: held.sessionId },
      'the replaced session could not be ended',
    );
  }
}

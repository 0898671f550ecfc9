import { workOnRowsOfSession } from '../accounts/account-of.js';
import type { Request, UseCaseContext } from '../use-case.js';
import { inStatement } from '../work.js';

type Needs = Request & Pick<UseCaseContext, 'query'>;

/**
 * Ends the session that the client held before it signed in again (ASVS 7.2.4). The new session stands whether or not
 * this succeeds.
 */
export async function replaceSession(context: Needs, sessionId: string): Promise<void> {
  try {
    await workOnRowsOfSession(context, sessionId);
    await inStatement(context, (work) => work.endSessions({ id: sessionId }, 'REPLACED'));
  } catch (cause) {
    const { requestId } = context;
    context.logger.error({ err: cause, requestId, sessionId }, 'the replaced session could not be ended');
  }
}

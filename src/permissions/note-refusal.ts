import type { Context } from '../request.js';
import { recordEvent } from '../services/audit/record-event.js';

/** What may be refused before a use-case is asked. */
type RefusedEarly = 'LIMIT_EXCEEDED' | 'ACCESS_DENIED';

/**
 * Writes to the audit log that a request was refused before it reached its use-case. The refusal stands whether or not this
 * works: an event that cannot be written is told to the log of the process, and is in nobody's way.
 */
export async function noteRefusal(
  context: Context,
  type: RefusedEarly,
  metadata: Record<string, string>,
): Promise<void> {
  const { actor, em, logger, requestId } = context;
  const userId = actor.kind === 'user' ? actor.userId : null;
  try {
    await recordEvent(em, context, { type, success: false, userId, actorId: userId, metadata });
  } catch (cause) {
    logger.error({ err: cause, requestId, event: type, ...metadata }, 'an audit event could not be written');
  }
}

import type { Context } from '../request.js';
import { recordEvent } from '../services/audit/record-event.js';

/** The reasons to reject a request before its use-case runs. */
type RefusedEarly = 'LIMIT_EXCEEDED' | 'ACCESS_DENIED';

/**
 * Records in the audit log that a request was rejected before it reached its use-case. The rejection stands even if the
 * event cannot be written; that failure is only logged.
 */
export async function noteRefusal(
  context: Context,
  type: RefusedEarly,
  metadata: Record<string, string>,
): Promise<void> {
  const { actor, em, logger, requestId, service } = context;
  const userId = actor.kind === 'user' ? actor.userId : null;
  const facts = typeof service === 'object' ? { ...metadata, serviceClientId: service.id } : metadata;
  try {
    await recordEvent(em, context, { type, success: false, userId, actorId: userId, metadata: facts });
  } catch (cause) {
    logger.error({ err: cause, requestId, event: type, ...facts }, 'an audit event could not be written');
  }
}

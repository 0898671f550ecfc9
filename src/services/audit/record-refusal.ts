import type { Problem } from '../../problems.js';
import type { UseCaseContext } from '../use-case.js';
import type { AuditEventType } from './events.js';
import { type AuditContext, recordEvent } from './record-event.js';

/** Records a refused attempt of a signed-in user, and returns the refusal. */
export async function recordRefusal<Refusal extends Problem>(
  context: AuditContext & Pick<UseCaseContext, 'em'>,
  type: AuditEventType,
  userId: string,
  refusal: Refusal,
): Promise<Refusal> {
  const metadata = { reason: refusal.code };
  await recordEvent(context.em, context, { type, success: false, userId, actorId: userId, metadata });
  return refusal;
}

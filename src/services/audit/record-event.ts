import { randomUUID } from 'node:crypto';
import type { EntityManager } from '@mikro-orm/postgresql';
import { uninterrupted } from '../../lib/request-scope.js';
import { run, type Sql, sql } from '../../lib/sql.js';
import type { UseCaseContext } from '../use-case.js';
import { type AuditEventType, riskOf } from './events.js';

/** An audit event to be recorded. */
export interface NewAuditEvent {
  type: AuditEventType;
  /** False for a refused attempt. Defaults to true. */
  success?: boolean;
  /** The account concerned; null if no account is known. */
  userId: string | null;
  /** The signed-in user who acted. */
  actorId?: string | null;
  /** Short facts, such as a reason or a session id. They must not contain a secret or user input. */
  metadata?: Record<string, string | number | boolean>;
}

/** The context recorded with every event. */
export type AuditContext = Pick<UseCaseContext, 'clock' | 'client' | 'requestId'>;

/** Returns the statement that writes an event, once for each row of `source` if given, such as `FROM rotated`. */
export function insertEvent(context: AuditContext, event: NewAuditEvent, source: Sql = sql``): Sql {
  const { type, success = true, userId, actorId = null, metadata = {} } = event;
  const { ipAddress, userAgent } = context.client;
  return sql`
    INSERT INTO audit_events
      (id, type, success, risk_level, actor_id, user_id, ip_address, user_agent, request_id, metadata, created_at)
    SELECT ${randomUUID()}, ${type}, ${success}, ${riskOf(type, success)}, ${actorId}, ${userId}, ${ipAddress}, ${userAgent},
      ${context.requestId}, ${JSON.stringify(metadata)}, ${context.clock.now()} ${source}`;
}

/** Writes an event in the caller's transaction, so that it is committed exactly when the change is. */
export async function recordEvent(em: EntityManager, context: AuditContext, event: NewAuditEvent): Promise<void> {
  const insert = () => run(em, insertEvent(context, event));
  // A refused attempt is recorded even if the client has disconnected.
  await (event.success === false ? uninterrupted(insert) : insert());
}

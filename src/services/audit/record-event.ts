import { randomUUID } from 'node:crypto';
import type { EntityManager } from '@mikro-orm/postgresql';
import { uninterrupted } from '../../lib/request-scope.js';
import { run, type Sql, sql } from '../../lib/sql.js';
import type { UseCaseContext } from '../use-case.js';
import { type AuditEventType, riskOf } from './events.js';

/** What an event tells beside its type. */
export interface NewAuditEvent {
  type: AuditEventType;
  /** False for a try that was refused; true where it is left out. */
  success?: boolean;
  /** Whose account it is about; null where no account is known. */
  userId: string | null;
  /** Who did it, where somebody is signed in. */
  actorId?: string | null;
  /** Short facts, such as a reason or a session id; never a secret, and nothing that somebody typed. */
  metadata?: Record<string, string | number | boolean>;
}

/** The context that every event is written with. */
export type AuditContext = Pick<UseCaseContext, 'clock' | 'client' | 'requestId'>;

/** The statement that writes an event, once for each row of `source` where it is one, such as `FROM rotated`. */
export function insertEvent(context: AuditContext, event: NewAuditEvent, source: Sql = sql``): Sql {
  const { type, success = true, userId, actorId = null, metadata = {} } = event;
  const { ipAddress, userAgent } = context.client;
  return sql`
    INSERT INTO audit_events
      (id, type, success, risk_level, actor_id, user_id, ip_address, user_agent, request_id, metadata, created_at)
    SELECT ${randomUUID()}, ${type}, ${success}, ${riskOf(type, success)}, ${actorId}, ${userId}, ${ipAddress}, ${userAgent},
      ${context.requestId}, ${JSON.stringify(metadata)}, ${context.clock.now()} ${source}`;
}

/** Writes an event in the caller's transaction, so that it stays exactly when the change does. */
export async function recordEvent(em: EntityManager, context: AuditContext, event: NewAuditEvent): Promise<void> {
  const insert = () => run(em, insertEvent(context, event));
  // A try that was refused is told of, even if its client did not wait to hear it.
  await (event.success === false ? uninterrupted(insert) : insert());
}

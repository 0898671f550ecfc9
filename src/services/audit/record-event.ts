import { randomUUID } from 'node:crypto';
import type { EntityManager } from '@mikro-orm/postgresql';
import { AuditEvent } from '../../entities/audit-event.js';
import { uninterrupted } from '../../lib/request-scope.js';
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

/** Writes an event in the caller's transaction, so that it stays exactly when the change does. */
export async function recordEvent(em: EntityManager, context: AuditContext, event: NewAuditEvent): Promise<void> {
  const { type, success = true, userId, actorId = null, metadata = {} } = event;
  const { ipAddress, userAgent } = context.client;
  const row = {
    id: randomUUID(),
    type,
    success,
    riskLevel: riskOf(type, success),
    actorId,
    userId,
    ipAddress,
    userAgent,
    requestId: context.requestId,
    metadata,
    createdAt: context.clock.now(),
  };
  // A try that was refused is told of, even if its client did not wait to hear it.
  await (success ? em.insert(AuditEvent, row) : uninterrupted(() => em.insert(AuditEvent, row)));
}

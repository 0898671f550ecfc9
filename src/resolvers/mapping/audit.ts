import { AuditEvent, AuditEventConnection, AuditEventEdge } from '../../schema/audit.js';
import type { AuditEventPage } from '../../services/audit/list-events.js';
import { toPageInfo } from './page-info.js';

/** An event as a user is allowed to see it, without the address of another user who acted. */
function toAuditEvent(entity: AuditEventPage['items'][number]['item'], viewerId: string): AuditEvent {
  const { id, type, success, riskLevel, actorId, userId, requestId, metadata, createdAt } = entity;
  const ofAnother = actorId != null && actorId !== viewerId;
  return Object.assign(new AuditEvent(), {
    id,
    type,
    success,
    riskLevel,
    createdAt,
    actorId: actorId ?? null,
    userId: userId ?? null,
    requestId: requestId ?? null,
    ipAddress: ofAnother ? null : (entity.ipAddress ?? null),
    userAgent: ofAnother ? null : (entity.userAgent ?? null),
    metadata: Object.keys(metadata).length === 0 ? null : JSON.stringify(metadata),
  });
}

/** A page of events as a Relay connection. */
export function toAuditEventConnection(page: AuditEventPage, viewerId: string): AuditEventConnection {
  const edges = page.items.map(({ cursor, item }) =>
    Object.assign(new AuditEventEdge(), { cursor, node: toAuditEvent(item, viewerId) }),
  );
  const nodes = edges.map((edge) => edge.node);
  return Object.assign(new AuditEventConnection(), { edges, nodes, pageInfo: toPageInfo(page) });
}

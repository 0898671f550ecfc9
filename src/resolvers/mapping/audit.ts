import { AuditEvent, AuditEventAttribute, AuditEventConnection, AuditEventEdge } from '../../schema/audit.js';
import type { AuditEventPage } from '../../services/audit/list-events.js';
import { toPageInfo } from './page-info.js';

/** The user who reads events, or the staff, who see where each came from. */
export type EventViewer = { userId: string } | 'staff';

function toAttributes(metadata: Record<string, string | number | boolean>): AuditEventAttribute[] {
  return Object.entries(metadata).map(([name, value]) =>
    Object.assign(new AuditEventAttribute(), { name, value: String(value) }),
  );
}

/** An event as a viewer is allowed to see it; users do not see the address of another user who acted. */
export function toAuditEvent(entity: AuditEventPage['items'][number]['item'], viewer: EventViewer): AuditEvent {
  const { id, type, success, riskLevel, actorId, userId, requestId, metadata, createdAt } = entity;
  const ofAnother = viewer !== 'staff' && actorId != null && actorId !== viewer.userId;
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
    attributes: toAttributes(metadata),
  });
}

/** A page of events as a Relay connection. */
export function toAuditEventConnection(page: AuditEventPage, viewer: EventViewer): AuditEventConnection {
  const edges = page.items.map(({ cursor, item }) =>
    Object.assign(new AuditEventEdge(), { cursor, node: toAuditEvent(item, viewer) }),
  );
  const nodes = edges.map((edge) => edge.node);
  return Object.assign(new AuditEventConnection(), { edges, nodes, pageInfo: toPageInfo(page) });
}

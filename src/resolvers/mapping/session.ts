import { type Actor, currentSessionId } from '../../request.js';
import { AuthSession, AuthSessionConnection, AuthSessionEdge } from '../../schema/session.js';
import { MULTI_FACTOR } from '../../services/sessions/effective-role.js';
import type { SessionPage } from '../../services/sessions/list-sessions.js';
import type { SessionRecord } from '../../services/sessions/session-record.js';
import { toPageInfo } from './page-info.js';

/** A session as its user sees it. */
export function toSession(entity: SessionRecord, currentId: string | null): AuthSession {
  const { id, deviceType, rememberMe, createdAt, lastActivityAt, expiresAt } = entity;
  return Object.assign(new AuthSession(), {
    id,
    deviceType,
    rememberMe,
    createdAt,
    lastActivityAt,
    expiresAt,
    deviceName: entity.deviceName ?? null,
    browser: entity.browser ?? null,
    operatingSystem: entity.operatingSystem ?? null,
    ipAddress: entity.ipAddress ?? null,
    city: entity.city ?? null,
    country: entity.country ?? null,
    lastRotatedAt: entity.lastRotatedAt ?? null,
    twoFactorVerified: entity.authenticationMethods.includes(MULTI_FACTOR),
    isCurrent: id === currentId,
  });
}

/** A page of sessions as a Relay connection. */
export function toSessionConnection(page: SessionPage, actor: Actor): AuthSessionConnection {
  const edges = page.items.map(({ cursor, item: entity }) =>
    Object.assign(new AuthSessionEdge(), { cursor, node: toSession(entity, currentSessionId(actor)) }),
  );
  return Object.assign(new AuthSessionConnection(), {
    edges,
    nodes: edges.map((edge) => edge.node),
    userId: page.userId,
    pageInfo: toPageInfo(page),
  });
}

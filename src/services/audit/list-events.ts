import { AuditEvent } from '../../entities/audit-event.js';
import { addSeconds } from '../../lib/clock.js';
import type { Statement } from '../../lib/query.js';
import { type Page, type PageWindow, positionOf, toPage } from '../page.js';
import type { UseCaseContext } from '../use-case.js';

/** One page of events, newest first. */
export interface AuditEventPage extends Page<AuditEvent> {
  kind: 'audit-event-page';
}

type Needs = Pick<UseCaseContext, 'em' | 'query' | 'clock'>;

const COLUMNS =
  'id, type, success, risk_level, actor_id, user_id, ip_address, user_agent, request_id, metadata, created_at';
/** A margin that is later than every event, whatever process recorded it. */
const AHEAD_SECONDS = 86_400;

/**
 * Each half scans its own index and stops. Joined by OR, they would read the user's whole history for each page. The
 * time is compared separately, because only that lets the planner exclude partitions.
 */
function half(column: 'user_id' | 'actor_id'): string {
  return `(SELECT ${COLUMNS} FROM audit_events
    WHERE ${column} = $1 AND created_at <= $5::timestamptz AND (created_at, id) < ($2::timestamptz, $3::uuid)
    ORDER BY created_at DESC, id DESC LIMIT $4)`;
}

/** A prepared statement, because planning it for years of partitions takes longer than running it. */
export const OWN_EVENTS: Statement = {
  name: 'own_audit_events',
  text: `${half('user_id')} UNION ${half('actor_id')} ORDER BY created_at DESC, id DESC LIMIT $4`,
};

/** Lists the events of a user's account, and those of the user's own actions. */
export async function listOwnEvents(context: Needs, userId: string, window: PageWindow): Promise<AuditEventPage> {
  const newest = window.after?.createdAt ?? addSeconds(context.clock.now(), AHEAD_SECONDS);
  const rows = await context.query(OWN_EVENTS, [userId, ...positionOf(window), window.first + 1, newest]);
  const events = rows.map((row) => context.em.map(AuditEvent, row));
  return { kind: 'audit-event-page', ...toPage(events, window) };
}

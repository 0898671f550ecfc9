import { AuditEvent } from '../../entities/audit-event.js';
import { type Page, type PageWindow, positionOf, toPage } from '../page.js';
import type { UseCaseContext } from '../use-case.js';

/** One page of events, newest first. */
export interface AuditEventPage extends Page<AuditEvent> {
  kind: 'audit-event-page';
}

type Needs = Pick<UseCaseContext, 'em'>;

/** Each half walks an index of its own and stops; joined by OR they would read the user's whole history for each page. */
function half(column: 'user_id' | 'actor_id'): string {
  return `(SELECT * FROM audit_events WHERE ${column} = ? AND (created_at, id) < (?::timestamptz, ?::uuid)
    ORDER BY created_at DESC, id DESC LIMIT ?)`;
}

const OWN_EVENTS = `${half('user_id')} UNION ${half('actor_id')} ORDER BY created_at DESC, id DESC LIMIT ?`;

/** What happened to a user's account, and what the user did. */
export async function listOwnEvents(context: Needs, userId: string, window: PageWindow): Promise<AuditEventPage> {
  const { first } = window;
  const values = [userId, ...positionOf(window), first + 1];
  const rows = await context.em.execute<Record<string, unknown>[]>(OWN_EVENTS, [...values, ...values, first + 1]);
  const events = rows.map((row) => context.em.map(AuditEvent, row));
  return { kind: 'audit-event-page', ...toPage(events, window) };
}

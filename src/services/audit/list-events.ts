import { AuditEvent } from '../../entities/audit-event.js';
import { isProblem, type Problem } from '../../problems.js';
import { type Page, type PageRequest, type PageWindow, readPage, toPage } from '../page.js';
import type { UseCaseContext } from '../use-case.js';

/** One page of events, newest first. */
export interface AuditEventPage extends Page<AuditEvent> {
  kind: 'audit-event-page';
}

type Needs = Pick<UseCaseContext, 'em'>;

/** Before every position there is: what a first page begins after. */
const NEWEST = ['infinity', 'ffffffff-ffff-ffff-ffff-ffffffffffff'];

/** Each half walks an index of its own and stops; joined by OR they would read the user's whole history for each page. */
function half(column: 'user_id' | 'actor_id'): string {
  return `(SELECT * FROM audit_events WHERE ${column} = ? AND (created_at, id) < (?::timestamptz, ?::uuid)
    ORDER BY created_at DESC, id DESC LIMIT ?)`;
}

const OWN_EVENTS = `${half('user_id')} UNION ${half('actor_id')} ORDER BY created_at DESC, id DESC LIMIT ?`;

async function findOwn(context: Needs, userId: string, { first, after }: PageWindow): Promise<AuditEvent[]> {
  const position = after === null ? NEWEST : [after.createdAt, after.id];
  const values = [userId, ...position, first + 1];
  const rows = await context.em.execute<Record<string, unknown>[]>(OWN_EVENTS, [...values, ...values, first + 1]);
  return rows.map((row) => context.em.map(AuditEvent, row));
}

/** What happened to a user's account, and what the user did. */
export async function listOwnEvents(
  context: Needs,
  userId: string,
  page: PageRequest,
): Promise<AuditEventPage | Problem<'INPUT_INVALID'>> {
  const window = readPage(page);
  if (isProblem(window)) return window;
  return { kind: 'audit-event-page', ...toPage(await findOwn(context, userId, window), window) };
}

import { Session } from '../../entities/session.js';
import type { Statement } from '../../lib/query.js';
import { type Page, type PageWindow, positionOf, toPage } from '../page.js';
import type { UseCaseContext } from '../use-case.js';
import { SESSION_COLUMNS, type SessionRecord, toSessionRecord } from './session-record.js';

/** One page of a user's sessions, newest first. */
export interface SessionPage extends Page<SessionRecord> {
  kind: 'session-page';
  userId: string;
}

const ALIVE = 'revoked_at IS NULL AND expires_at > $2::timestamptz';

const PAGES: Statement = {
  name: 'session-pages',
  text: `SELECT s.* FROM unnest($1::uuid[]) AS wanted (id) CROSS JOIN LATERAL (
      SELECT ${SESSION_COLUMNS.join(', ')} FROM sessions
      WHERE user_id = wanted.id AND ${ALIVE} AND (created_at, id) < ($3::timestamptz, $4::uuid)
      ORDER BY created_at DESC, id DESC LIMIT $5) s ORDER BY s.created_at DESC, s.id DESC`,
};

const COUNTS: Statement = {
  name: 'session-counts',
  text: `SELECT user_id, count(*)::int AS alive FROM sessions WHERE user_id = ANY($1::uuid[]) AND ${ALIVE} GROUP BY user_id`,
};

/** Returns the same page of the live sessions of each user, in the order of the ids, by one statement. */
export async function listSessions(
  context: Pick<UseCaseContext, 'query' | 'clock'>,
  userIds: readonly string[],
  window: PageWindow,
): Promise<SessionPage[]> {
  const values = [userIds, context.clock.now(), ...positionOf(window), window.first + 1];
  const byUser = Map.groupBy(await context.query(PAGES, values), (row) => row.user_id as string);
  return userIds.map((userId) => {
    const found = (byUser.get(userId) ?? []).map(toSessionRecord);
    return { kind: 'session-page', ...toPage(found, window), userId };
  });
}

/** Counts the live sessions of each user, in the order of the ids, by one statement. */
export async function countSessions(
  context: Pick<UseCaseContext, 'query' | 'clock'>,
  userIds: readonly string[],
): Promise<number[]> {
  const rows = await context.query(COUNTS, [userIds, context.clock.now()]);
  const counts = new Map(rows.map((row) => [row.user_id, row.alive as number]));
  return userIds.map((userId) => counts.get(userId) ?? 0);
}

/** Returns the live sessions with these ids, whatever their user. */
export async function findSessions(
  context: Pick<UseCaseContext, 'em' | 'clock'>,
  ids: readonly string[],
): Promise<Session[]> {
  return await context.em.find(Session, {
    id: { $in: [...ids] },
    revokedAt: null,
    expiresAt: { $gt: context.clock.now() },
  });
}

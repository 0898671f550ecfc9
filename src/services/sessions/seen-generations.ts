import { LRUCache } from 'lru-cache';
import type { Logger } from 'pino';
import type { Query } from '../../lib/query.js';
import { outsideOfRequests } from '../../lib/request-scope.js';
import { type Sql, sql } from '../../lib/sql.js';
import { SKIP_HELD_KEEP_KEY } from '../locks.js';

/**
 * The newest generation of each session whose access token was presented to this process. It shows that the client received
 * the answer of that refresh, so the refresh token before it is no longer needed.
 */
export interface SeenGenerations {
  /** Notes a presented access token. It is written later, so that no request waits. */
  note(sessionId: string, generation: number): void;
  /** Returns the newest generation that this process has noted; 0 if it knows none. */
  newest(sessionId: string): number;
  /** Writes what is still to be written. */
  close(): Promise<void>;
}

/** Dependencies of the notes. */
export interface SeenGenerationsOptions {
  query: Query;
  logger: Logger;
}

const SESSIONS_KEPT = 10_000;
const MOST_AT_ONCE = 1_000;
const WRITE_AFTER_MILLISECONDS = 50;
const RETRY_AFTER_MILLISECONDS = 1_000;

/**
 * Marks the sessions and returns those that another transaction holds. It waits for none of them, because it holds many rows
 * in no order that others know.
 */
function mark(seen: readonly (readonly [string, number])[]): Sql {
  return sql`
    WITH seen AS (
      SELECT * FROM unnest(${seen.map(([id]) => id)}::uuid[], ${seen.map(([, generation]) => generation)}::int[])
        AS seen (id, generation)),
    due AS (SELECT s.id, seen.generation FROM seen JOIN sessions s ON s.id = seen.id
      WHERE s.seen_generation < seen.generation AND s.generation >= seen.generation AND s.revoked_at IS NULL),
    held AS (SELECT id FROM sessions WHERE id IN (SELECT id FROM due) ${SKIP_HELD_KEEP_KEY}),
    marked AS (
      UPDATE sessions s SET seen_generation = due.generation FROM due, held
      WHERE s.id = due.id AND held.id = due.id AND s.seen_generation < due.generation RETURNING s.id)
    SELECT id FROM due WHERE id NOT IN (SELECT id FROM marked)`;
}

/** Creates the notes of one process. */
export function createSeenGenerations({ query, logger }: SeenGenerationsOptions): SeenGenerations {
  const noted = new LRUCache<string, number>({ max: SESSIONS_KEPT });
  const due = new Map<string, number>();
  let timer: NodeJS.Timeout | undefined;
  let writing: Promise<void> | undefined;

  const writeSome = async (): Promise<number> => {
    const batch = [...due].slice(0, MOST_AT_ONCE);
    if (batch.length === 0) return 0;
    const statement = mark(batch);
    const rows = await query(statement, statement.values);
    const left = new Set(rows.map((row) => row.id));
    for (const [id, generation] of batch) if (!left.has(id) && due.get(id) === generation) due.delete(id);
    return batch.length - left.size;
  };
  const write = async (): Promise<void> => {
    timer = undefined;
    try {
      const written = await writeSome();
      if (due.size > 0) schedule(written > 0 ? WRITE_AFTER_MILLISECONDS : RETRY_AFTER_MILLISECONDS);
    } catch (cause) {
      logger.warn({ err: cause }, 'the refresh-token generations in use could not be stored');
      schedule(RETRY_AFTER_MILLISECONDS);
    }
  };
  const schedule = (milliseconds: number): void => {
    timer ??= outsideOfRequests(() =>
      setTimeout(() => {
        writing = write();
      }, milliseconds).unref(),
    );
  };

  return {
    note(sessionId, generation) {
      if (generation <= (noted.get(sessionId) ?? 0)) return;
      noted.set(sessionId, generation);
      // Without a note, the token before merely works for longer.
      if (due.size < SESSIONS_KEPT) due.set(sessionId, generation);
      schedule(WRITE_AFTER_MILLISECONDS);
    },
    newest: (sessionId) => noted.get(sessionId) ?? 0,
    async close() {
      clearTimeout(timer);
      await writing;
      clearTimeout(timer);
      await writeSome().catch(() => 0);
    },
  };
}

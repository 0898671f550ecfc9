import { LRUCache } from 'lru-cache';
import type { Logger } from 'pino';
import type { Query } from '../../lib/query.js';
import { outsideOfRequests } from '../../lib/request-scope.js';
import { type Sql, sql } from '../../lib/sql.js';
import { SKIP_HELD_KEEP_KEY } from '../locks.js';

/** The notes of when service clients were used. */
export interface LastUsed {
  /** Notes a use, at most one an hour for each client. It is written later, so that no request waits. */
  note(id: string, now: Date): void;
  /** Writes what is still to be written. */
  close(): Promise<void>;
}

const HOUR_MILLISECONDS = 3_600_000;
const MOST_CLIENTS = 1_000;
const WRITE_AFTER_MILLISECONDS = 500;

function mark(used: readonly (readonly [string, Date])[]): Sql {
  return sql`
    WITH used AS (
      SELECT * FROM unnest(${used.map(([id]) => id)}::uuid[], ${used.map(([, at]) => at)}::timestamptz[]) AS used (id, at)),
    held AS (SELECT id FROM service_clients WHERE id IN (SELECT id FROM used) ${SKIP_HELD_KEEP_KEY})
    UPDATE service_clients c SET last_used_at = used.at FROM used, held
    WHERE c.id = used.id AND held.id = c.id AND (c.last_used_at IS NULL OR c.last_used_at < used.at)`;
}

/** Creates the notes of one process. */
export function createLastUsed({ query, logger }: { query: Query; logger: Logger }): LastUsed {
  const noted = new LRUCache<string, number>({ max: MOST_CLIENTS });
  const due = new Map<string, Date>();
  let timer: NodeJS.Timeout | undefined;
  let writing: Promise<void> | undefined;

  const write = async (): Promise<void> => {
    timer = undefined;
    const statement = mark([...due]);
    due.clear();
    // A note that is lost is made again an hour later.
    await query(statement, statement.values).catch((cause: unknown) =>
      logger.warn({ err: cause }, 'when service clients were last used could not be written'),
    );
  };

  return {
    note(id, now) {
      if (now.getTime() < (noted.get(id) ?? Number.NEGATIVE_INFINITY) + HOUR_MILLISECONDS) return;
      noted.set(id, now.getTime());
      due.set(id, now);
      timer ??= outsideOfRequests(() =>
        setTimeout(() => {
          writing = write();
        }, WRITE_AFTER_MILLISECONDS).unref(),
      );
    },
    async close() {
      clearTimeout(timer);
      await writing;
      if (due.size > 0) await write();
    },
  };
}

import pg from 'pg';
import { onTestFinished } from 'vitest';

/** A session beside the gateway that holds a row. */
export interface RowLock {
  /** How many sessions of the gateway wait for a lock, in statements that hold this text. */
  waiting(text?: string): Promise<number>;
  /** Runs a statement in the session that holds the row. */
  change(text: string, values: string[]): Promise<void>;
  release(): Promise<void>;
}

/** Locks rows of a table; let go when the test is finished, if not before. */
export async function lockRows(
  databaseUrl: string,
  table: 'users' | 'sessions' | 'service_clients' | 'one_time_codes',
  where: string,
  value: string,
): Promise<RowLock> {
  const [holder, watcher] = [0, 1].map(() => new pg.Client({ connectionString: databaseUrl }));
  if (holder === undefined || watcher === undefined) throw new Error('No clients.');
  await Promise.all([holder.connect(), watcher.connect()]);
  for (const client of [holder, watcher]) client.on('error', () => undefined);
  onTestFinished(async () => void (await Promise.all([holder.end(), watcher.end()])));
  await holder.query('BEGIN');
  await holder.query(`SELECT 1 FROM ${table} WHERE ${where} = $1 FOR UPDATE`, [value]);
  return {
    async waiting(text = '') {
      const { rows } = await watcher.query<{ count: number }>(
        `SELECT count(*)::int FROM pg_stat_activity
         WHERE datname = current_database() AND wait_event_type = 'Lock' AND query LIKE $1`,
        [`%${text}%`],
      );
      return rows[0]?.count ?? 0;
    },
    change: async (text, values) => void (await holder.query(text, values)),
    release: async () => void (await holder.query('COMMIT')),
  };
}

/** Locks the row of an account. */
export async function lockAccount(databaseUrl: string, email: string): Promise<RowLock> {
  return await lockRows(databaseUrl, 'users', 'email', email);
}

import { EntitySchema } from '@mikro-orm/core';
import pg from 'pg';
import type { Logger } from 'pino';
import { entities } from '../entities/all.js';
import { AuditEvent } from '../entities/audit-event.js';
import { type FollowingClock, tick } from '../lib/clock.js';
import { connectionOptions } from '../lib/connection-options.js';
import { sparingWarning } from '../lib/sparing-warning.js';
import { SteadyClient } from '../lib/steady-client.js';
import { migrations } from './migrations/all.js';

/** The state of the database, as seen by a connection that no request uses. */
interface DatabaseState {
  /** Whether every migration of this version has run. */
  isMigrated: boolean;
  /** Difference between this machine's clock and the database's, in milliseconds. */
  skewMilliseconds: number;
  /** Whether the difference exceeds the tolerance of tokens and codes. */
  isSkewed: boolean;
}

/** Checks whether the database is usable. */
export interface DatabaseReadiness {
  /** Rejects if the database is unavailable or does not accept writes: a standby, a full disk, revoked privileges. */
  check(): Promise<DatabaseState>;
  close(): Promise<void>;
}

/** Tokens are verified with this tolerance, so a larger difference of the clocks does harm. */
const TOLERATED_SKEW_MILLISECONDS = 5_000;

const ANSWER_WITHIN_MILLISECONDS = 1_400;
const ASK_EVERY_MILLISECONDS = 60_000;

function tableOf(entity: (typeof entities)[number]): string {
  return EntitySchema.REGISTRY.get(entity)?.meta.tableName ?? '';
}

// The row belongs to the readiness check. The purge deletes it once no process asks any more.
const WRITE = `
  INSERT INTO rate_limits (key, points, expire)
  VALUES ('readiness', 0, (extract(epoch FROM clock_timestamp()) * 1000)::bigint + 3600000)
  ON CONFLICT (key) DO UPDATE SET expire = EXCLUDED.expire
  RETURNING (extract(epoch FROM clock_timestamp()) * 1000)::float8 AS now`;
/** Privileges that the gateway's role does not need, because the audit log is append-only. */
const DISPENSABLE = `name = '${tableOf(AuditEvent)}' AND privilege IN ('UPDATE', 'DELETE')`;
const RIGHTS = `
  SELECT string_agg(privilege || ' on ' || name, ', ' ORDER BY name, privilege) AS missing
  FROM unnest($1::text[]) AS name, unnest(ARRAY['SELECT', 'INSERT', 'UPDATE', 'DELETE']) AS privilege
  WHERE NOT has_table_privilege(name, privilege) AND NOT (${DISPENSABLE})`;
// On a full disk a row can still be updated in place, but temporary files cannot be written.
const SPACE = `
  SET LOCAL work_mem = '64kB';
  WITH aside AS MATERIALIZED (SELECT repeat('x', 1000) FROM generate_series(1, 256)) SELECT count(*) FROM aside`;
/** The server's limit on temporary files was reached, which says nothing about the disk. */
const NOT_ALLOWED_SO_MUCH = '53400';
const MIGRATED = 'SELECT name FROM migrations';

interface Clocks {
  /** This machine's clock, which is checked. */
  now(): number;
  /** Receives the time of the database's clock, which is authoritative. */
  follow: FollowingClock['follow'];
}

/** Distance of `there` from the interval `from`–`to` of this machine's clock; zero inside it. */
function skewOf(from: number, to: number, there: number): number {
  if (there < from) return from - there;
  return Math.max(0, there - to);
}

async function findSpace(pool: pg.Pool): Promise<void> {
  await pool.query(SPACE).catch((cause: { code?: string }) => {
    if (cause.code !== NOT_ALLOWED_SO_MUCH) throw cause;
  });
}

async function ask(pool: pg.Pool, { now, follow }: Clocks): Promise<DatabaseState> {
  const [from, fromTick] = [now(), tick()];
  const written = await pool.query<{ now: number }>(WRITE);
  const there = written.rows[0]?.now ?? 0;
  follow(there, fromTick, tick());
  const skewMilliseconds = skewOf(from, now(), there);
  const rights = await pool.query<{ missing: string | null }>(RIGHTS, [entities.map(tableOf)]);
  const missing = rights.rows[0]?.missing ?? null;
  if (missing !== null) throw new Error(`The database role lacks ${missing}.`);
  await findSpace(pool);
  const { rows } = await pool.query<{ name: string }>(MIGRATED);
  const done = new Set(rows.map(({ name }) => name));
  return {
    isMigrated: migrations.every(({ name }) => done.has(name)),
    skewMilliseconds,
    isSkewed: skewMilliseconds > TOLERATED_SKEW_MILLISECONDS,
  };
}

/** Opens a connection for readiness alone, so that it waits behind no request. Also checks once a minute by itself. */
export function createDatabaseReadiness(
  { url, logger, clock }: { url: string; logger: Logger; clock: Pick<FollowingClock, 'follow'> },
  now: () => number = Date.now,
): DatabaseReadiness {
  const pool = new pg.Pool({
    ...connectionOptions(url, {
      application_name: 'gatehouse-readiness',
      connectionTimeoutMillis: ANSWER_WITHIN_MILLISECONDS,
      query_timeout: ANSWER_WITHIN_MILLISECONDS,
      keepAlive: true,
    }),
    max: 1,
    Client: SteadyClient,
  });
  pool.on('error', () => undefined);
  const warn = sparingWarning(logger, { component: 'clock' }, 'the clock of this machine differs from the database’s');
  const warnOfFailure = sparingWarning(logger, { component: 'readiness' }, 'the database cannot be used');
  const check = async () => {
    const state = await ask(pool, { now, follow: clock.follow }).catch((cause: unknown) => {
      if (!pool.ending) warnOfFailure(cause);
      throw cause;
    });
    if (state.isSkewed) {
      warn(
        new Error(
          `The clocks of this machine and the database differ by ${Math.round(state.skewMilliseconds / 1_000)} s.`,
        ),
      );
    }
    return state;
  };
  const timer = setInterval(() => void check().catch(() => undefined), ASK_EVERY_MILLISECONDS);
  timer.unref();
  return {
    check,
    async close() {
      clearInterval(timer);
      await pool.end();
    },
  };
}

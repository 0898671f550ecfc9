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

/** What the database says of itself to a connection that no request uses. */
interface DatabaseState {
  /** Whether every migration of this version has run. */
  isMigrated: boolean;
  /** How far this machine's clock is from the database's, in milliseconds. */
  skewMilliseconds: number;
  /** Whether that is more than tokens and codes bear. */
  isSkewed: boolean;
}

/** Asks the database whether it can be worked with. */
export interface DatabaseReadiness {
  /** Rejects where the database is away, or takes no write: a standby, a full disk, rights that were taken. */
  check(): Promise<DatabaseState>;
  close(): Promise<void>;
}

/** Tokens are judged with this much tolerance, so a clock that is further off does harm. */
const TOLERATED_SKEW_MILLISECONDS = 5_000;

const ANSWER_WITHIN_MILLISECONDS = 1_400;
const ASK_EVERY_MILLISECONDS = 60_000;

function tableOf(entity: (typeof entities)[number]): string {
  return EntitySchema.REGISTRY.get(entity)?.meta.tableName ?? '';
}

// The row is the processes' own: the purge takes it when nobody asks any more.
const WRITE = `
  INSERT INTO rate_limits (key, points, expire)
  VALUES ('readiness', 0, (extract(epoch FROM clock_timestamp()) * 1000)::bigint + 3600000)
  ON CONFLICT (key) DO UPDATE SET expire = EXCLUDED.expire
  RETURNING (extract(epoch FROM clock_timestamp()) * 1000)::float8 AS now`;
/** What the gateway's role may leave out, as the audit log only grows. */
const DISPENSABLE = `name = '${tableOf(AuditEvent)}' AND privilege IN ('UPDATE', 'DELETE')`;
const RIGHTS = `
  SELECT string_agg(privilege || ' on ' || name, ', ' ORDER BY name, privilege) AS missing
  FROM unnest($1::text[]) AS name, unnest(ARRAY['SELECT', 'INSERT', 'UPDATE', 'DELETE']) AS privilege
  WHERE NOT has_table_privilege(name, privilege) AND NOT (${DISPENSABLE})`;
// A row may be written over in its place where the tables can not grow any more; what is sorted or kept aside can not.
const SPACE = `
  SET LOCAL work_mem = '64kB';
  WITH aside AS MATERIALIZED (SELECT repeat('x', 1000) FROM generate_series(1, 256)) SELECT count(*) FROM aside`;
/** The server lets nobody keep so much aside, which says nothing of the disk. */
const NOT_ALLOWED_SO_MUCH = '53400';
const MIGRATED = 'SELECT name FROM migrations';

interface Clocks {
  /** This machine's, which is judged. */
  now(): number;
  /** Tells the clock that decides. */
  follow: FollowingClock['follow'];
}

/** How far `from`–`to` on this machine's clock is from `there`; a moment within them is no difference. */
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

/** Opens a connection for readiness alone, so that it waits behind no request; asks by it once a minute in any case. */
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

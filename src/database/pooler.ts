import { randomBytes } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import { connectionOptions } from '../lib/connection-options.js';
import { SteadyClient } from '../lib/steady-client.js';

/** The connections and settings that the check covers. */
export interface PoolerCheck {
  url: string;
  /** The value of DATABASE_DIRECT_URL; equal to `url` if it is not set. */
  directUrl: string;
  /** Whether the queue is in Redis and needs no notifications from the database. */
  hasRedis: boolean;
  statementTimeoutMilliseconds: number;
}

const ANSWER_WITHIN_MILLISECONDS = 2_000;
const NOTIFIED_WITHIN_MILLISECONDS = 1_000;

async function withClients<Result>(url: string, work: (...clients: [SteadyClient, SteadyClient]) => Promise<Result>) {
  const open = () =>
    new SteadyClient(
      connectionOptions(url, {
        application_name: 'gatehouse',
        connectionTimeoutMillis: ANSWER_WITHIN_MILLISECONDS,
        query_timeout: ANSWER_WITHIN_MILLISECONDS,
      }),
    );
  const clients: [SteadyClient, SteadyClient] = [open(), open()];
  try {
    await Promise.all(clients.map((client) => client.connect()));
    return await work(...clients);
  } finally {
    await Promise.all(clients.map((client) => client.end().catch(() => undefined)));
  }
}

/** Tells whether a pooler is in between: it gives its clients ids of its own instead of the server process's. */
async function isPooled(client: SteadyClient): Promise<boolean> {
  const { processID } = client as unknown as { processID: number };
  const { rows } = await client.query<{ pid: number }>('SELECT pg_backend_pid() AS pid');
  return rows[0]?.pid !== processID;
}

/** Tells whether a notification from one connection reaches another that listens. */
async function areNotified(listener: SteadyClient, announcer: SteadyClient): Promise<boolean> {
  const channel = `gatehouse_${randomBytes(6).toString('hex')}`;
  let heard = false;
  listener.on('notification', () => {
    heard = true;
  });
  await listener.query(`LISTEN ${channel}`);
  await announcer.query(`NOTIFY ${channel}`);
  for (let waited = 0; !heard && waited < NOTIFIED_WITHIN_MILLISECONDS; waited += 50) await sleep(50);
  return heard;
}

/** Tells whether a prepared statement still exists while another client occupies the server process. */
async function areKept(one: SteadyClient, other: SteadyClient): Promise<boolean> {
  const statement = { name: `gatehouse-probe-${randomBytes(6).toString('hex')}`, text: 'SELECT 1' };
  await one.query(statement);
  await other.query('BEGIN');
  try {
    await one.query(statement);
    return true;
  } catch (cause) {
    return (cause as { code?: string }).code !== '26000';
  } finally {
    await other.query('ROLLBACK').catch(() => undefined);
  }
}

async function findInUrl({ url, statementTimeoutMilliseconds: limit }: PoolerCheck): Promise<string[]> {
  return await withClients(url, async (one, other) => {
    if (!(await isPooled(one))) return [];
    const findings: string[] = [];
    const { rows } = await one.query<{ limit: string; role: string }>(
      "SELECT current_setting('statement_timeout') AS limit, quote_ident(current_user) AS role",
    );
    if (limit > 0 && rows[0]?.limit === '0') {
      findings.push(
        `DATABASE_URL leads to a pooler, so the database has no time limit for statements outside of transactions; set one for the role: ALTER ROLE ${rows[0].role} SET statement_timeout = '${limit}ms'.`,
      );
    }
    if (!(await areKept(one, other))) {
      findings.push(
        'DATABASE_URL leads to a pooler that keeps no prepared statements, so each is planned anew; with PgBouncer 1.21 or newer set max_prepared_statements, for example to 200.',
      );
    }
    return findings;
  });
}

async function findInDirectUrl({ directUrl, hasRedis }: PoolerCheck): Promise<string[]> {
  return await withClients(directUrl, async (one, other) => {
    if (!(await isPooled(one)) || (await areNotified(one, other))) return [];
    const harm = hasRedis
      ? 'the gateway learns late of ended sessions'
      : 'no mail is sent and the gateway learns late of ended sessions';
    return [
      `Notifications of the database do not arrive, so ${harm}; set DATABASE_DIRECT_URL to the database itself, bypassing the pooler.`,
    ];
  });
}

/** Returns the findings about the pooler in front of the database for the operator, one line each; none without a pooler. */
export async function findPoolerFaults(check: PoolerCheck): Promise<string[]> {
  const findings = await Promise.all([findInUrl(check), findInDirectUrl(check)]);
  return findings.flat();
}

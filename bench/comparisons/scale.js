import { askEvents, askMe, askSessions, login, openSessions, rotate } from '../lib/asks.js';
import { onDatabase } from '../lib/bench.js';
import { startScript } from '../lib/children.js';
import { CONNECTIONS, measure } from '../lib/sides.js';

const SMALL = 1_000;
const LARGE = 1_000_000;
const EXPIRED = 500;

const EXPIRE = `UPDATE sessions SET expires_at = now() - interval '1 year', absolute_expires_at = now() - interval '1 year',
    kept_until = now() - interval '1 year'
  WHERE id IN (SELECT id FROM sessions WHERE last_rotated_at IS NULL AND expires_at > now() LIMIT ${EXPIRED})`;

const asks = {
  login: ({ gateway }, connection) => login(connection, gateway.nextEmail()),
  refresh: ({ sessions }, connection, index) => rotate(connection, sessions[index]),
  me: ({ sessions }, connection, index) => askMe(connection, sessions[index]),
  sessions: ({ sessions }, connection, index) => askSessions(connection, sessions[index]),
  events: ({ sessions }, connection, index) => askEvents(connection, sessions[index]),
};

async function open(bench, count) {
  const gateway = await bench.startSeeded(count);
  const env = { DATABASE_URL: gateway.databaseUrl, SECRET_KEY: bench.secretKey, DATA_DIR: bench.dataDir };
  const purger = await startScript(new URL('../servers/maintenance.js', import.meta.url), env);
  bench.onClose(() => purger.stop());
  return { gateway, purger, sessions: await openSessions(gateway, CONNECTIONS) };
}

async function millisecondsOfPurge({ gateway, purger }) {
  await onDatabase(gateway.databaseUrl, (client) => client.query(EXPIRE));
  return await purger.ask('purge');
}

const row = (title) => ({ title: `${title}: cost at 10^6 users, sessions and events ÷ at 10^3`, baseline: '≤ 1.2' });

/** The cost of an operation in a large database compared with a small one. */
export const scale = {
  rows: {
    login: row('login'),
    refresh: row('refresh'),
    me: row('me'),
    sessions: row('mySessions'),
    events: row('myAuditEvents'),
    purge: row(`purge of ${EXPIRED} sessions`),
  },
  async prepare(bench) {
    this.small = await open(bench, SMALL);
    this.large = await open(bench, LARGE);
  },
  async round() {
    const round = {};
    for (const [key, one] of Object.entries(asks)) {
      const small = await measure(this.small.gateway, (...connection) => one(this.small, ...connection));
      const large = await measure(this.large.gateway, (...connection) => one(this.large, ...connection));
      round[key] = { ratio: small.perSecond / large.perSecond, cpuRatio: large.cpu / small.cpu, cpu: large.cpu };
    }
    const small = await millisecondsOfPurge(this.small);
    round.purge = { ratio: (await millisecondsOfPurge(this.large)) / small };
    return round;
  },
};

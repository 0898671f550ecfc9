import { askMe, login, openSessions } from '../lib/asks.js';
import { load, paced, withConnections } from '../lib/client.js';
import { quantile } from '../lib/report.js';

const READERS = 16;
const READS_PER_SECOND = 100;
const CLIENTS = 32;
const MILLISECONDS = 3_000;

/** Slowdown of `me` for signed-in users while other users sign in continuously. */
export const storm = {
  rows: { storm: { title: 'p99 of me at 100/s while 32 clients log in ÷ alone', baseline: '≤ 3.0', digits: 1 } },
  async prepare(bench) {
    this.sessions = await openSessions(await bench.gateway(), READERS);
  },
  async round(bench) {
    const gateway = await bench.gateway();
    return await withConnections(gateway.url, READERS + CLIENTS, async (connections) => {
      const readers = this.sessions.map((session, index) => () => askMe(connections[index], session));
      const read = () => paced(readers, READS_PER_SECOND, MILLISECONDS);
      const alone = await read();
      const logging = connections.slice(READERS).map((connection) => () => login(connection, gateway.nextEmail()));
      const [inStorm] = await Promise.all([read(), load(logging, MILLISECONDS)]);
      return { storm: { ratio: quantile(inStorm, 0.99) / quantile(alone, 0.99) } };
    });
  },
};

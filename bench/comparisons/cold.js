import { isBetterAuthMissing, SERVER, startBetterAuth } from '../lib/better-auth.js';
import { cpuMilliseconds, startServer } from '../lib/children.js';

const script = (path) => new URL(path, import.meta.url).pathname;

/** Elapsed time and CPU time from the start of a process to its first response, in milliseconds. */
async function timeOf(start) {
  const server = await start();
  const cpu = cpuMilliseconds(server.pid);
  await server.stop();
  return { milliseconds: server.startMilliseconds, cpu };
}

const against = (title) => ({ title, digits: 1 });

/** Startup compared with a bare node:http server. Databases are external and already migrated. */
export const cold = {
  warmUp: false,
  rows: {
    gateway: { title: 'start of the gateway ÷ bare node:http', baseline: '≤ 9.0', digits: 1 },
    apollo: against('start of a bare Apollo Server ÷ bare node:http'),
    betterAuth: against('start of better-auth ÷ bare node:http'),
  },
  async prepare(bench) {
    const missing = isBetterAuthMissing();
    if (missing !== undefined) return missing;
    const theirs = await startBetterAuth(bench);
    const ours = await bench.newDatabase();
    await (await bench.startGateway(ours, {})).stop();
    this.starts = {
      gateway: () => bench.startGateway(ours, {}),
      apollo: () => startServer({ script: script('../servers/hello.js'), path: '/graphql', isReady: () => true }),
      betterAuth: () =>
        startServer({
          script: SERVER.pathname,
          path: '/api/auth/ok',
          env: { DATABASE_URL: theirs.databaseUrl },
        }),
    };
    return undefined;
  },
  async round() {
    const bare = await timeOf(() => startServer({ script: script('../servers/http.js') }));
    const round = {};
    for (const [key, start] of Object.entries(this.starts)) {
      const { milliseconds, cpu } = await timeOf(start);
      round[key] = { ratio: milliseconds / bare.milliseconds, cpuRatio: cpu / bare.cpu, cpu };
    }
    return round;
  },
};

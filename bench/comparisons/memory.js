import { setTimeout as sleep } from 'node:timers/promises';
import { askMe, expectData, login, openSessions, rotate } from '../lib/asks.js';
import { isBetterAuthMissing, startBetterAuth } from '../lib/better-auth.js';
import { residentMebibytes, startScript } from '../lib/children.js';
import { CONNECTIONS, measure } from '../lib/sides.js';

const SLICES = 3;
/** Time after startup for garbage collection. */
const REST_MILLISECONDS = 3_000;

async function repeat(work) {
  for (let slice = 0; slice < SLICES; slice += 1) await work();
}

const sizes = {
  async gateway(bench) {
    const gateway = await bench.startSeeded(CONNECTIONS, {});
    const load = async () => {
      const sessions = await openSessions(gateway, CONNECTIONS);
      await measure(gateway, (connection) => login(connection, gateway.nextEmail()));
      await measure(gateway, (connection, index) => rotate(connection, sessions[index]));
      await measure(gateway, (connection, index) => askMe(connection, sessions[index]));
    };
    return { server: gateway, load };
  },
  async apollo(bench) {
    const server = await startScript(new URL('../servers/hello.js', import.meta.url));
    bench.onClose(() => server.stop());
    const ask = async (connection) => expectData(await connection.post({ query: '{ hello }' }), () => true);
    return { server, load: () => measure({ url: server.ready, pid: server.pid }, ask) };
  },
  async betterAuth(bench) {
    const server = await startBetterAuth(bench);
    const load = async () => {
      await measure(server, (connection, index) => server.signIn(connection, index));
      await measure(server, (connection, index) => server.getSession(connection, index));
    };
    return { server, load };
  },
};

/** Resident memory in MiB, after the start and after load. */
export const memory = {
  warmUp: false,
  rows: {
    gatewayIdle: { title: 'RSS of the gateway, idle, MiB', baseline: '≤ 135', digits: 0 },
    gatewayLoaded: { title: 'RSS of the gateway after load, MiB', baseline: '≤ 270', digits: 0 },
    apolloIdle: { title: 'RSS of a bare Apollo Server, idle, MiB', digits: 0 },
    apolloLoaded: { title: 'RSS of a bare Apollo Server after load, MiB', digits: 0 },
    betterAuthIdle: { title: 'RSS of better-auth, idle, MiB', digits: 0 },
    betterAuthLoaded: { title: 'RSS of better-auth after load, MiB', digits: 0 },
  },
  prepare: async () => isBetterAuthMissing(),
  async round(bench) {
    const round = {};
    for (const [key, start] of Object.entries(sizes)) {
      const { server, load } = await start(bench);
      await sleep(REST_MILLISECONDS);
      round[`${key}Idle`] = { ratio: residentMebibytes(server.pid) };
      await repeat(load);
      await sleep(REST_MILLISECONDS);
      round[`${key}Loaded`] = { ratio: residentMebibytes(server.pid) };
      await server.stop();
    }
    return round;
  },
};

import { cpuMilliseconds } from './children.js';
import { load, withConnections } from './client.js';

/** Number of connections of each load. */
export const CONNECTIONS = 64;
/** Duration of one side of a round in milliseconds. */
export const SLICE = 1_500;

/** Runs `ask` on every connection for one slice. Returns the throughput and the CPU time of `pid` per request. */
export async function measure({ url, pid, count = CONNECTIONS }, ask) {
  return await withConnections(url, count, async (connections) => {
    const before = cpuMilliseconds(pid);
    const { perSecond, latencies } = await load(
      connections.map((connection, index) => () => ask(connection, index)),
      SLICE,
    );
    return { perSecond, cpu: (cpuMilliseconds(pid) - before) / latencies.length };
  });
}

/** One measurement of both sides. The second ratio compares CPU time, which depends less on other load on the machine. */
export function compare(ours, other) {
  return { ratio: ours.perSecond / other.perSecond, cpuRatio: other.cpu / ours.cpu, cpu: ours.cpu };
}

import { cpuMilliseconds } from './children.js';
import { load, withConnections } from './client.js';

/** Connections of every load. */
export const CONNECTIONS = 64;
/** How long one side of a round is measured, in milliseconds. */
export const SLICE = 1_500;

/** Runs `ask` on every connection for one slice; returns the throughput and the CPU time of `pid` for each request. */
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

/** One measurement from both sides; the second ratio compares CPU time, which depends less on what else the machine does. */
export function compare(ours, other) {
  return { ratio: ours.perSecond / other.perSecond, cpuRatio: other.cpu / ours.cpu, cpu: ours.cpu };
}

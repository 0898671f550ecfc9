import type { FastifyReply } from 'fastify';
import type { LimitState } from '../lib/rate-limiter.js';

/** One limit that applied to a request. */
interface MetLimit {
  name: string;
  windowSeconds: number;
  state: LimitState;
}

/**
 * Reports the limits that applied to a request. `RateLimit-Policy` and `RateLimit` (IETF RateLimit fields draft) list each,
 * and `Retry-After` (RFC 9110) contains the longest wait once one is used up.
 */
export function createLimitHeaders(
  reply: FastifyReply,
): (name: string, windowSeconds: number, state: LimitState) => void {
  const met = new Map<string, MetLimit>();
  return (name, windowSeconds, state) => {
    met.set(name, { name, windowSeconds, state });
    const limits = [...met.values()];
    const policies = limits.map((limit) => `"${limit.name}";q=${limit.state.limit};w=${limit.windowSeconds}`);
    const states = limits.map((limit) => `"${limit.name}";r=${limit.state.remaining};t=${limit.state.resetSeconds}`);
    const waits = limits.filter((limit) => !limit.state.allowed).map((limit) => limit.state.resetSeconds);
    void reply.header('ratelimit-policy', policies.join(', ')).header('ratelimit', states.join(', '));
    if (waits.length > 0) void reply.header('retry-after', Math.max(...waits));
  };
}

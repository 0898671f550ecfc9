import type { FastifyReply } from 'fastify';
import type { LimitState } from '../lib/rate-limiter.js';
import type { Context } from '../request.js';

/** One limit that applied to a request. */
interface MetLimit {
  name: string;
  windowSeconds: number;
  state: LimitState;
}

function writeHeaders(reply: FastifyReply, limits: readonly MetLimit[]): void {
  const policies = limits.map((limit) => `"${limit.name}";q=${limit.state.limit};w=${limit.windowSeconds}`);
  const states = limits.map((limit) => `"${limit.name}";r=${limit.state.remaining};t=${limit.state.resetSeconds}`);
  const waits = limits.filter((limit) => !limit.state.allowed).map((limit) => limit.state.resetSeconds);
  void reply.header('ratelimit-policy', policies.join(', ')).header('ratelimit', states.join(', '));
  if (waits.length > 0) void reply.header('retry-after', Math.max(...waits));
  else reply.removeHeader('retry-after');
}

/**
 * Reports the limits that applied to a request. `RateLimit-Policy` and `RateLimit` (IETF RateLimit fields draft) list each,
 * and `Retry-After` (RFC 9110) contains the longest wait once one is used up.
 */
export function createLimitHeaders(reply: FastifyReply): Context['limitHeaders'] {
  const met = new Map<string, MetLimit>();
  return {
    tell(name, windowSeconds, state) {
      met.set(name, { name, windowSeconds, state });
      writeHeaders(reply, [...met.values()]);
    },
    tellUncounted() {
      for (const { state } of met.values()) {
        // A rejected call had no point left that it could get back.
        const remaining = state.allowed ? Math.min(state.limit, state.remaining + 1) : state.remaining;
        Object.assign(state, { remaining, allowed: true });
      }
      if (met.size > 0) writeHeaders(reply, [...met.values()]);
    },
  };
}

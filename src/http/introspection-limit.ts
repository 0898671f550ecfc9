import type { Dependencies } from '../dependencies.js';
import { effectivePolicies, limitedFields } from '../operations/limits.js';
import { type Problem, problem } from '../problems.js';
import type { Context } from '../request.js';
import { limitKey } from '../services/attempts/login-limit.js';
import { recordEvent } from '../services/audit/record-event.js';
import type { UseCaseContext } from '../services/use-case.js';

/** Counts a call of a service, and reports what is left. Returns the problem of a call above the limit. */
export type CountService = (
  context: UseCaseContext,
  serviceId: string,
  headers: Context['limitHeaders'],
) => Promise<Problem<'RATE_LIMITED'> | undefined>;

/** Counts the calls of a route against the limits of a query, so that both ways share their counters. */
export function createServiceLimit({ settings, limiter }: Dependencies, field: string): CountService {
  const { rateLimits, accessTokenTtl } = settings;
  const policies = effectivePolicies(field, limitedFields.Query?.[field] ?? [], { ...rateLimits, accessTokenTtl });
  const limits = policies
    .filter(({ scope }) => scope === 'service')
    .map((policy, index) => {
      const name = `${field}-service${index === 0 ? '' : `-${index + 1}`}`;
      return { name, policy, limiter: limiter(name, policy) };
    });
  return async (context, serviceId, headers) => {
    if (!rateLimits.enabled) return undefined;
    for (const { name, policy, limiter: counter } of limits) {
      const state = await counter.consume(limitKey(context.secretKeys, name, `service:${serviceId}`));
      headers.tell(name, policy.seconds, state);
      if (state.allowed) continue;
      if (state.overruns) {
        const metadata = { limit: name, serviceClientId: serviceId };
        await recordEvent(context.em, context, { type: 'LIMIT_EXCEEDED', success: false, userId: null, metadata });
      }
      return problem('RATE_LIMITED', { limit: state.limit, retryAfterSeconds: state.resetSeconds });
    }
    return undefined;
  };
}

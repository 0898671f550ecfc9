import type { GraphQLSchema } from 'graphql';
import { createGate, type Leave } from '../lib/gate.js';
import { requestClient } from '../lib/request-scope.js';
import type { HttpContext } from './authenticate/request-context.js';
import { busy } from './busy.js';
import type { Listener } from './one-listener.js';
import { createCostJudge } from './operation-cost.js';

/** From this cost on, answering takes long enough to delay sign-ins; the usual pages cost a few hundred. */
const COSTLY = 2_000;
const MOST_WAITING = 64;
const WAIT_MILLISECONDS = 5_000;
/** After each costly operation the process rests for this multiple of its duration, so that others get most of the time. */
const REST_FACTOR = 2;
const LONGEST_REST_MILLISECONDS = 250;

/** A place for one costly operation at a time; clients take turns. */
function createPlace() {
  const gate = createGate({ places: 1, queueLimit: MOST_WAITING });
  return async (): Promise<Leave> => {
    const tooLate = () => AbortSignal.timeout(WAIT_MILLISECONDS);
    const taken = await Promise.resolve(gate.take(requestClient(), tooLate)).catch(busy);
    if (typeof taken !== 'function') throw busy();
    const begun = performance.now();
    return () => {
      const rest = Math.min((performance.now() - begun) * REST_FACTOR, LONGEST_REST_MILLISECONDS);
      setTimeout(taken, rest).unref();
    };
  };
}

/**
 * Rejects operations that cost too much, and runs costly ones one at a time with a rest between them. All requests share one
 * thread, and a few connections that read the largest pages would delay every sign-in. The router's reads for many users
 * pass at once if its secret identifies it.
 */
export function costlyOperations(schema: GraphQLSchema): Listener {
  const judge = createCostJudge(schema);
  const place = createPlace();
  const running = new WeakMap<HttpContext, Leave>();
  return {
    didResolveOperation({ document, operation, request, contextValue }) {
      if (operation === undefined) return undefined;
      const cost = judge(document, operation, request.variables ?? {});
      if (cost < COSTLY || contextValue.hasRouterSecret) return undefined;
      return place().then((leave) => void running.set(contextValue, leave));
    },
    willSendResponse({ contextValue }) {
      running.get(contextValue)?.();
    },
  };
}

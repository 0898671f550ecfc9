import type { IMiddlewareFunction } from 'graphql-middleware';
import type { Dependencies } from '../dependencies.js';
import { isDatabaseUnavailable } from '../lib/database-errors.js';
import type { LimitPolicy as Policy } from '../operations/limit-policy.js';
import { effectivePolicies, limitedFields } from '../operations/limits.js';
import { isProblem } from '../problems.js';
import type { Context } from '../request.js';
import { type CallCount, createCount } from './count-call.js';
import type { Call, CallLimit } from './limit.js';

/** Counts a call, or rejects it. Returns the limits whose points a success gives back. */
type Count = (call: Call) => Promise<readonly CallLimit[]>;

async function countNow({ context }: Call, { statement, settle, inTurn }: CallCount): Promise<void> {
  const counting = statement?.({ isDurable: false });
  await (counting === undefined ? inTurn() : settle(await context.query(counting, counting.values)));
}

/**
 * Gives back the points of a successful attempt to the name that it was for. Points that cannot be given back stay counted.
 */
async function giveBack(context: Context, limits: readonly CallLimit[]): Promise<void> {
  await Promise.all(limits.map(({ limit, key }) => limit.limiter.giveBack(key))).catch((cause: unknown) => {
    const { logger, requestId } = context;
    logger.warn({ err: cause, requestId }, 'an attempt could not be uncounted');
  });
}

/**
 * Lets a call pass if its limits cannot be counted at the moment, for fields that only read: they reveal nothing that a limit
 * protects (ASVS 16.5.3). Operations that check a secret or write are rejected then.
 */
function whereItCounts(count: Count): Count {
  return async (call) => {
    try {
      return await count(call);
    } catch (cause) {
      if (!isDatabaseUnavailable(cause)) throw cause;
      const { logger, requestId } = call.context;
      logger.warn({ err: cause, requestId, field: call.info.fieldName }, 'a limit could not be counted');
      return [];
    }
  };
}

/** Counts a field of a type once in a request, which may contain many objects of the type. */
function oncePerRequest(count: Count): Count {
  const counted = new WeakMap<Context, ReturnType<Count>>();
  return (call) => {
    const once = counted.get(call.context) ?? count(call);
    counted.set(call.context, once);
    return once;
  };
}

/** The middleware of every limited field; none if the limits are disabled. */
export function createRateLimits(
  dependencies: Dependencies,
): Record<string, Record<string, IMiddlewareFunction<unknown, Context>>> {
  const { rateLimits } = dependencies.settings;
  if (!rateLimits.enabled) return {};
  const protect = (type: string, field: string, policies: readonly Policy[]): IMiddlewareFunction<unknown, Context> => {
    const prepare = createCount(dependencies, field, effectivePolicies(field, policies, rateLimits));
    const countAll: Count = async (call) => {
      const prepared = await prepare(call);
      await countNow(call, prepared);
      return prepared.givenBack;
    };
    const held = type === 'Mutation' ? countAll : whereItCounts(countAll);
    const count = type === 'User' ? oncePerRequest(held) : held;
    return async (resolve, parent, args, context, info) => {
      const taken = await count({ args, context, info });
      const outcome: unknown = await resolve(parent, args, context, info);
      // The shield returns the errors that were thrown below it.
      if (!isProblem(outcome) && !(outcome instanceof Error)) await giveBack(context, taken);
      return outcome;
    };
  };
  return Object.fromEntries(
    Object.entries(limitedFields).map(([type, fields]) => [
      type,
      Object.fromEntries(Object.entries(fields).map(([field, policies]) => [field, protect(type, field, policies)])),
    ]),
  );
}

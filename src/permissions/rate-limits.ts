import type { IMiddlewareFunction } from 'graphql-middleware';
import type { Dependencies } from '../dependencies.js';
import { isDatabaseUnavailable } from '../lib/database-errors.js';
import { onceInRequest } from '../lib/once-in-request.js';
import { operations } from '../operations/all.js';
import type { LimitPolicy as Policy } from '../operations/limit-policy.js';
import { effectivePolicies, limitedFields } from '../operations/limits.js';
import { isProblem } from '../problems.js';
import type { Context } from '../request.js';
import { countCall } from '../services/admission.js';
import { createAdmission } from './admission.js';
import { type CallCount, createCount, type PrepareCount } from './count-call.js';
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
    logger.warn({ err: cause, requestId }, 'an attempt could not be removed from the count of a limit');
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

type Middleware = IMiddlewareFunction<unknown, Context>;

// The shield returns the errors that were thrown below it.
const isSuccess = (outcome: unknown) => !isProblem(outcome) && !(outcome instanceof Error);

/** Counts a call before its field is resolved. */
function countFirst(count: Count): Middleware {
  return async (resolve, parent, args, context, info) => {
    const taken = await count({ args, context, info });
    const outcome: unknown = await resolve(parent, args, context, info);
    if (isSuccess(outcome)) await giveBack(context, taken);
    return outcome;
  };
}

/**
 * Lets the use-case count a call together with its first statement. A call that ends before that, such as one with an invalid
 * input, is counted afterwards, and the rejection by a limit replaces its outcome.
 */
function countWithin(prepare: PrepareCount): Middleware {
  return async (resolve, parent, args, context, info) => {
    const call = { args, context, info };
    const prepared = await prepare(call);
    const admission = createAdmission(prepared, async () => {
      context.limitHeaders.tellUncounted();
      await giveBack(context, prepared.all);
    });
    if (admission === undefined) await countNow(call, prepared);
    context.admission = admission;
    try {
      const outcome = await Promise.resolve(resolve(parent, args, context, info)).finally(() => countCall(context));
      if (isSuccess(outcome) && admission?.isRefunded !== true) await giveBack(context, prepared.givenBack);
      return outcome as unknown;
    } finally {
      context.admission = undefined;
    }
  };
}

function countsLimits(type: string, field: string): boolean {
  const row = type === 'Mutation' ? operations.Mutation[field] : undefined;
  return row?.who === 'anyone' && row.countsLimits === true;
}

/** The middleware of every limited field; none if the limits are disabled. */
export function createRateLimits(dependencies: Dependencies): Record<string, Record<string, Middleware>> {
  const { rateLimits, accessTokenTtl } = dependencies.settings;
  if (!rateLimits.enabled) return {};
  const protect = (type: string, field: string, policies: readonly Policy[]): Middleware => {
    const prepare = createCount(
      dependencies,
      field,
      effectivePolicies(field, policies, { ...rateLimits, accessTokenTtl }),
    );
    if (countsLimits(type, field)) return countWithin(prepare);
    const countAll: Count = async (call) => {
      const prepared = await prepare(call);
      await countNow(call, prepared);
      return prepared.givenBack;
    };
    const held = type === 'Mutation' ? countAll : whereItCounts(countAll);
    // A request may contain many users, and their fields count once.
    const once: Count = (call) => onceInRequest(call.context, ['limit', type, field], () => held(call));
    return countFirst(type === 'User' ? once : held);
  };
  return Object.fromEntries(
    Object.entries(limitedFields).map(([type, fields]) => [
      type,
      Object.fromEntries(Object.entries(fields).map(([field, policies]) => [field, protect(type, field, policies)])),
    ]),
  );
}

import type { GraphQLResolveInfo } from 'graphql';
import type { IMiddlewareFunction } from 'graphql-middleware';
import type { Dependencies } from '../dependencies.js';
import { clientNetwork, WIDER_SHARES, widerNetworks } from '../lib/client-network.js';
import { isDatabaseUnavailable } from '../lib/database-errors.js';
import { normalIdentifier } from '../lib/email-address.js';
import { countedName } from '../lib/email-key.js';
import type { Limiter, LimitWindow } from '../lib/rate-limiter.js';
import type { LimitPolicy as Policy, Scope } from '../operations/limit-policy.js';
import { effectivePolicies, limitedFields } from '../operations/limits.js';
import { isProblem, ProblemError, problem } from '../problems.js';
import type { Context } from '../request.js';
import { knownDeviceToken, limitKey, loginIdentity } from '../services/attempts/login-limit.js';
import { noteRefusal } from './note-refusal.js';
import { createRepetitions } from './repeated-calls.js';
import { getGraphQLRateLimiter } from './shield.js';

type Arguments = Record<string, unknown> & { input?: Record<string, unknown> };

/**
 * Scopes whose counts are reported before they reject, because they count only the caller. An account or address is counted
 * for everyone who names it, so its counts would tell strangers when its owner signed in.
 */
const TOLD_SCOPES: readonly Scope[] = ['client', 'session', 'user'];
/** Scopes that count a name. A success belongs to the owner, and must not use up points that strangers can observe. */
const NAME_SCOPES: readonly Scope[] = ['account', 'email'];

function folded(value: unknown): string {
  return typeof value === 'string' ? normalIdentifier(value) : '';
}

function clientOf(context: Context): string {
  return `client:${clientNetwork(context.client.ipAddress)}`;
}

/** The token that identifies a device that signed in here before. */
function deviceTokenOf({ input }: Arguments, { client }: Context): string | null {
  const token = input?.deviceToken ?? client.deviceToken;
  return typeof token === 'string' ? token : null;
}

type Identify = (args: Arguments, context: Context) => string | null | Promise<string | null>;

/**
 * Identifies the caller or name that the call counts for. Callers that cannot be told apart share the bucket of the client's
 * network. Null does not count against any limit: a refresh without a token is rejected at no cost, and pages send one for
 * every visitor who is not signed in.
 */
const identify: Record<Scope, Identify> = {
  client: (_args, context) => clientOf(context),
  email: (args, { settings }) => `email:${countedName(settings.emailDeduplication, folded(args.input?.email))}`,
  async account(args, context) {
    const name = folded(args.input?.identifier);
    const deviceToken = await knownDeviceToken(context, name, deviceTokenOf(args, context));
    return loginIdentity(context, name, deviceToken);
  },
  user: (_args, context) => (context.actor.kind === 'user' ? `user:${context.actor.userId}` : clientOf(context)),
  session(args, context) {
    const { isMissing, token } = context.presentedSession(args.input?.refreshToken);
    if (isMissing) return null;
    return token === undefined ? clientOf(context) : `session:${token.sessionId}`;
  },
};

/** The owner of an account can start anew before the window ends. */
function windowOf({ scope, points, seconds }: Policy): LimitWindow {
  return { points, seconds, isForgettable: scope === 'account' };
}

/** Gives back the points of a call, once it turned out to be the owner's. */
type GiveBack = () => Promise<void>;
/** Counts a call, or rejects it. With no points it rejects nothing, and reports what is left. */
type Limit = (
  args: Arguments,
  context: Context,
  info: GraphQLResolveInfo,
  points?: 0 | 1,
) => Promise<GiveBack | undefined>;

interface LimitOptions {
  identifyCaller?: Identify;
  /** Whether its counts are reported before it rejects. */
  isTold?: boolean;
}

/**
 * One limit of a field. graphql-rate-limit reads its store and then writes it, which is a race between parallel calls. Here
 * the read counts atomically, the write does nothing, and a call above the limit throws with its waiting time.
 */
function createLimit(
  name: string,
  policy: Policy,
  limiter: Limiter,
  {
    identifyCaller = identify[policy.scope],
    isTold = policy.isQuiet !== true && TOLD_SCOPES.includes(policy.scope),
  }: LimitOptions = {},
): Limit {
  return async (args, context, info, points = 1) => {
    const identity = await identifyCaller(args, context);
    if (identity === null || (points === 0 && !isTold)) return undefined;
    const key = limitKey(context.secretKeys, name, identity);
    const store = {
      setForIdentity: () => undefined,
      async getForIdentity() {
        const counted = await limiter.consume(key, points);
        const state = { ...counted, allowed: counted.allowed || points === 0 };
        if (isTold || !state.allowed) context.tellLimit(name, policy.seconds, state);
        if (state.allowed) return [];
        if (state.overruns) await noteRefusal(context, 'LIMIT_EXCEEDED', { limit: name });
        const { limit, resetSeconds: retryAfterSeconds } = state;
        throw new ProblemError(problem('RATE_LIMITED', { limit, retryAfterSeconds }));
      },
    };
    const limit = getGraphQLRateLimiter({ identifyContext: () => key, store });
    await limit({ parent: undefined, args, context, info }, { max: policy.points, window: `${policy.seconds}s` });
    return NAME_SCOPES.includes(policy.scope) ? () => limiter.giveBack(key) : undefined;
  };
}

type LimiterOf = (window: LimitWindow) => Limiter;

/**
 * The limits of the wider networks that contain an IPv6 client. They also count neighbours, so they are reported only when
 * they reject.
 */
function createWiderLimits(name: string, policy: Policy, limiterOf: LimiterOf): Limit[] {
  if (policy.scope !== 'client') return [];
  return WIDER_SHARES.map((share) => {
    const wider = { ...policy, points: policy.points * share };
    const identifyCaller: Identify = (_args, { client }) => {
      const found = widerNetworks(client.ipAddress).find((one) => one.share === share);
      return found === undefined ? null : `client:${found.network}`;
    };
    return createLimit(name, wider, limiterOf(windowOf(wider)), { identifyCaller, isTold: false });
  });
}

/**
 * Gives back the points of a successful attempt to the name that it was for. Points that cannot be given back stay counted.
 */
async function giveBackAll(context: Context, taken: readonly (GiveBack | undefined)[]): Promise<void> {
  await Promise.all(taken.map(async (giveBack) => await giveBack?.())).catch((cause: unknown) => {
    const { logger, requestId } = context;
    logger.warn({ err: cause, requestId }, 'an attempt could not be uncounted');
  });
}

/** Names each policy for its counters and reports; the second window of a scope has counters of its own. */
function named(field: string, policies: Policy[]): { name: string; policy: Policy }[] {
  return policies.map((policy, index) => {
    const earlier = policies.slice(0, index).filter(({ scope }) => scope === policy.scope).length;
    return { policy, name: `${field}-${policy.scope}${earlier === 0 ? '' : `-${earlier + 1}`}` };
  });
}

/**
 * Lets a call pass if its limit cannot be counted at the moment, for fields that only read: they reveal nothing that a limit
 * protects (ASVS 16.5.3). Operations that check a secret or write are rejected then.
 */
function whereItCounts(limit: Limit): Limit {
  return async (args, context, info) => {
    try {
      return await limit(args, context, info);
    } catch (cause) {
      if (!isDatabaseUnavailable(cause)) throw cause;
      const { logger, requestId } = context;
      logger.warn({ err: cause, requestId, field: info.fieldName }, 'a limit could not be counted');
      return undefined;
    }
  };
}

/** Counts a field of a type once in a request, which may contain many objects of the type. */
function oncePerRequest(limit: Limit): Limit {
  const counted = new WeakMap<Context, ReturnType<Limit>>();
  return (args, context, info) => {
    const count = counted.get(context) ?? limit(args, context, info);
    counted.set(context, count);
    return count;
  };
}

/** Calls that are allowed for each counted one, for a field that mails an address. */
const CALLS_PER_POINT = 10;

/** Counts a call against all limits of its field, or rejects it. Returns what a success gives back. */
type Count = (args: Arguments, context: Context, info: GraphQLResolveInfo) => Promise<(GiveBack | undefined)[]>;

function countEach(limits: readonly Limit[]): Count {
  return async (args, context, info) => {
    const taken: (GiveBack | undefined)[] = [];
    for (const limit of limits) taken.push(await limit(args, context, info));
    return taken;
  };
}

type LimitsOf = (policies: Policy[], suffix?: string) => Limit[];

/**
 * Like `countEach`, but if the field mails an address, repetitions within a cool-down count only against wider limits of
 * their own.
 */
function createCount(dependencies: Dependencies, field: string, policies: Policy[], limitsOf: LimitsOf): Count {
  const limits = limitsOf(policies);
  const count = countEach(limits);
  const [first] = policies;
  const countOnce = createRepetitions(field, dependencies);
  if (first === undefined || countOnce === undefined) return count;
  const wide = policies.map((policy) => ({ ...policy, points: policy.points * CALLS_PER_POINT, isQuiet: true }));
  const countCall = countEach(limitsOf(wide, '-calls'));
  return async (args, context, info) => {
    // Comes before any lookup, so that a flood is rejected from memory.
    await countCall(args, context, info);
    await countOnce({
      identity: String(await identify[first.scope](args, context)),
      args,
      context,
      count: async () => void (await count(args, context, info)),
      tell: async () => {
        for (const limit of limits) await limit(args, context, info, 0);
      },
    });
    return [];
  };
}

/** The middleware of every limited field; none if the limits are disabled. */
export function createRateLimits(
  dependencies: Dependencies,
): Record<string, Record<string, IMiddlewareFunction<unknown, Context>>> {
  const { rateLimits } = dependencies.settings;
  if (!rateLimits.enabled) return {};
  const protect = (type: string, field: string, policies: readonly Policy[]): IMiddlewareFunction<unknown, Context> => {
    const limitsOf: LimitsOf = (counted, suffix = '') =>
      named(field, counted).flatMap(({ name: plainName, policy }) => {
        const name = `${plainName}${suffix}`;
        const limiterOf: LimiterOf = (window) => dependencies.limiter(name, window);
        const limit = createLimit(name, policy, limiterOf(windowOf(policy)));
        const all = [limit, ...createWiderLimits(name, policy, limiterOf)];
        const held = type === 'Mutation' ? all : all.map(whereItCounts);
        return type === 'User' ? held.map(oncePerRequest) : held;
      });
    const count = createCount(dependencies, field, effectivePolicies(field, policies, rateLimits), limitsOf);
    return async (resolve, parent, args, context, info) => {
      const taken = await count(args, context, info);
      const outcome: unknown = await resolve(parent, args, context, info);
      // The shield returns the errors that were thrown below it.
      if (!isProblem(outcome) && !(outcome instanceof Error)) await giveBackAll(context, taken);
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

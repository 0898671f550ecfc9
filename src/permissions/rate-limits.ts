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
 * Scopes whose figures are told before they refuse: they count the caller alone. An account or address is counted for
 * everybody who names it, so that its figures would tell strangers when its owner signed in.
 */
const TOLD_SCOPES: readonly Scope[] = ['client', 'session', 'user'];
/** Scopes that count a name, where a success is the owner's and must not use up what strangers see used. */
const NAME_SCOPES: readonly Scope[] = ['account', 'email'];

function folded(value: unknown): string {
  return typeof value === 'string' ? normalIdentifier(value) : '';
}

function clientOf(context: Context): string {
  return `client:${clientNetwork(context.client.ipAddress)}`;
}

/** The token by which a device says that it signed in here before. */
function deviceTokenOf({ input }: Arguments, { client }: Context): string | null {
  const token = input?.deviceToken ?? client.deviceToken;
  return typeof token === 'string' ? token : null;
}

type Identify = (args: Arguments, context: Context) => string | null | Promise<string | null>;

/**
 * Whom the call counts for. Who cannot be told apart shares the bucket of the client's network. Null counts for nobody: a
 * refresh that brings no token is refused for nothing, and pages ask it for every visitor who is not signed in.
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

/** The owner of an account may begin anew before the window ends. */
function windowOf({ scope, points, seconds }: Policy): LimitWindow {
  return { points, seconds, isForgettable: scope === 'account' };
}

/** Takes back what a call has counted, once it turned out to be its owner's. */
type GiveBack = () => Promise<void>;
/** With no points it refuses nothing, and tells what is left. */
type Limit = (
  args: Arguments,
  context: Context,
  info: GraphQLResolveInfo,
  points?: 0 | 1,
) => Promise<GiveBack | undefined>;

interface LimitOptions {
  identifyCaller?: Identify;
  /** Whether its figures are told before it refuses. */
  isTold?: boolean;
}

/**
 * One limit of a field. graphql-rate-limit reads its store and then writes it, which parallel calls race through; so the
 * read of this store counts atomically, its write does nothing, and a call past the limit is raised with its waiting time.
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

/** The limits of the wider networks that an IPv6 client is part of; they count neighbours too, and are told once they refuse. */
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

/** A try that succeeded does not count for the name that it was for. What cannot be given back stays counted. */
async function giveBackAll(context: Context, taken: readonly (GiveBack | undefined)[]): Promise<void> {
  await Promise.all(taken.map(async (giveBack) => await giveBack?.())).catch((cause: unknown) => {
    const { logger, requestId } = context;
    logger.warn({ err: cause, requestId }, 'an attempt could not be uncounted');
  });
}

/** Each policy's name, by which it counts and is told: the second window of a scope has counters of its own. */
function named(field: string, policies: Policy[]): { name: string; policy: Policy }[] {
  return policies.map((policy, index) => {
    const earlier = policies.slice(0, index).filter(({ scope }) => scope === policy.scope).length;
    return { policy, name: `${field}-${policy.scope}${earlier === 0 ? '' : `-${earlier + 1}`}` };
  });
}

/**
 * Lets a limit go by that nothing can count at the moment, for fields that only read: they give away nothing that a limit
 * protects (ASVS 16.5.3). What tries a secret or writes is refused then.
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

/** Counts a field of a type once in a request, which may hold many of the type. */
function oncePerRequest(limit: Limit): Limit {
  const counted = new WeakMap<Context, ReturnType<Limit>>();
  return (args, context, info) => {
    const count = counted.get(context) ?? limit(args, context, info);
    counted.set(context, count);
    return count;
  };
}

/** Calls of a field that mails an address, for each of those that count. */
const CALLS_PER_POINT = 10;

/** Counts a call by all limits of its field, or refuses it; returns what a success gives back. */
type Count = (args: Arguments, context: Context, info: GraphQLResolveInfo) => Promise<(GiveBack | undefined)[]>;

function countEach(limits: readonly Limit[]): Count {
  return async (args, context, info) => {
    const taken: (GiveBack | undefined)[] = [];
    for (const limit of limits) taken.push(await limit(args, context, info));
    return taken;
  };
}

type LimitsOf = (policies: Policy[], suffix?: string) => Limit[];

/** As `countEach`; where the field mails an address, repetitions within a cool-down count by wide limits of their own alone. */
function createCount(dependencies: Dependencies, field: string, policies: Policy[], limitsOf: LimitsOf): Count {
  const limits = limitsOf(policies);
  const count = countEach(limits);
  const [first] = policies;
  const countOnce = createRepetitions(field, dependencies);
  if (first === undefined || countOnce === undefined) return count;
  const wide = policies.map((policy) => ({ ...policy, points: policy.points * CALLS_PER_POINT, isQuiet: true }));
  const countCall = countEach(limitsOf(wide, '-calls'));
  return async (args, context, info) => {
    // Before anything is looked up: a flood is refused from memory.
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

/** The middleware of every limited field; none when the limits are switched off. */
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
      // The shield returns what was thrown below it.
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

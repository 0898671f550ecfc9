import type { GraphQLResolveInfo } from 'graphql';
import { WIDER_SHARES, widerNetworks } from '../lib/client-network.js';
import type { LimitRow } from '../lib/count-limits.js';
import type { Limiter, LimitState, LimitWindow } from '../lib/rate-limiter.js';
import type { LimitPolicy as Policy, Scope } from '../operations/limit-policy.js';
import { ProblemError, problem } from '../problems.js';
import type { Context } from '../request.js';
import { limitKey } from '../services/attempts/login-limit.js';
import { type Arguments, type Identify, identify } from './limit-identity.js';
import { noteRefusal } from './note-refusal.js';
import { getGraphQLRateLimiter } from './shield.js';

/**
 * Scopes whose counts are reported before they reject, because they count only the caller. An account or address is counted
 * for everyone who names it, so its counts would tell strangers when its owner signed in.
 */
const TOLD_SCOPES: readonly Scope[] = ['client', 'session', 'user', 'service'];
/** Scopes that count a name. A success belongs to the owner, and must not use up points that strangers can observe. */
const NAME_SCOPES: readonly Scope[] = ['account', 'email'];

/** A call of a limited field. */
export interface Call {
  args: Arguments;
  context: Context;
  info: GraphQLResolveInfo;
}

/** One limit of a field. */
export interface Limit {
  name: string;
  policy: Policy;
  limiter: Limiter;
  identify: Identify;
  /** Whether its counts are reported before it rejects. */
  isTold: boolean;
}

/** A limit that applies to a call, with the key of its counter. */
export interface CallLimit {
  limit: Limit;
  key: string;
}

/** Returns the limit as it applies to a call; undefined if the call does not count for it. */
export async function applyLimit(limit: Limit, { args, context }: Call): Promise<CallLimit | undefined> {
  const identity = await limit.identify(args, context);
  return identity === null ? undefined : { limit, key: limitKey(context.secretKeys, limit.name, identity) };
}

/**
 * Counts a call, or rejects it. With no points it rejects nothing, and reports what is left. `counted` is what a statement
 * for all limits has counted already. graphql-rate-limit reads its store and then writes it, which is a race between
 * parallel calls. Here the read counts atomically, the write does nothing, and a call above the limit throws with its
 * waiting time.
 */
export async function countLimit(
  { limit: { name, policy, limiter, isTold }, key }: CallLimit,
  { args, context, info }: Call,
  { points = 1, counted }: { points?: 0 | 1; counted?: LimitRow | undefined } = {},
): Promise<void> {
  if (points === 0 && !isTold) return;
  const read = async (): Promise<LimitState> => {
    const state = await limiter.consume(key, points, counted);
    return { ...state, allowed: state.allowed || points === 0 };
  };
  const store = {
    setForIdentity: () => undefined,
    async getForIdentity() {
      const state = await read();
      if (isTold || !state.allowed) context.limitHeaders.tell(name, policy.seconds, state);
      if (state.allowed) return [];
      if (state.overruns) await noteRefusal(context, 'LIMIT_EXCEEDED', { limit: name });
      const { limit, resetSeconds: retryAfterSeconds } = state;
      throw new ProblemError(problem('RATE_LIMITED', { limit, retryAfterSeconds }));
    },
  };
  const limit = getGraphQLRateLimiter({ identifyContext: () => key, store });
  await limit({ parent: undefined, args, context, info }, { max: policy.points, window: `${policy.seconds}s` });
}

/** Returns the key of the counter as PostgreSQL holds it. */
export function storedKey({ limit, key }: CallLimit): string {
  return limit.limiter.row(key)?.key ?? key;
}

/** Returns whether the point of a successful call is given back. */
export function isGivenBack({ limit }: CallLimit): boolean {
  return NAME_SCOPES.includes(limit.policy.scope);
}

type LimiterOf = (name: string, window: LimitWindow) => Limiter;

/** The count of an account's owner can be reset before the window ends, and a session gets back the points of a repetition. */
function windowOf({ scope, points, seconds }: Policy): LimitWindow {
  return { points, seconds, isForgettable: scope === 'account' || scope === 'session' };
}

/**
 * The limits of the wider networks that contain an IPv6 client. They also count neighbours, so they are reported only when
 * they reject.
 */
function createWiderLimits(name: string, policy: Policy, limiterOf: LimiterOf): Limit[] {
  if (policy.scope !== 'client') return [];
  return WIDER_SHARES.map((share) => {
    const wider = { ...policy, points: policy.points * share };
    const identifyNetwork: Identify = (_args, { client }) => {
      const found = widerNetworks(client.ipAddress).find((one) => one.share === share);
      return found === undefined ? null : `client:${found.network}`;
    };
    const limiter = limiterOf(name, windowOf(wider));
    return { name, policy: wider, limiter, identify: identifyNetwork, isTold: false };
  });
}

/** Names each policy for its counters and reports; the second window of a scope has counters of its own. */
function named(field: string, policies: readonly Policy[]): { name: string; policy: Policy }[] {
  return policies.map((policy, index) => {
    const earlier = policies.slice(0, index).filter(({ scope }) => scope === policy.scope).length;
    return { policy, name: `${field}-${policy.scope}${earlier === 0 ? '' : `-${earlier + 1}`}` };
  });
}

/** Returns the limits of a field, in the order in which they count. */
export function createLimits(field: string, policies: readonly Policy[], limiterOf: LimiterOf, suffix = ''): Limit[] {
  return named(field, policies).flatMap(({ name: plainName, policy }) => {
    const name = `${plainName}${suffix}`;
    const isTold = policy.isQuiet !== true && TOLD_SCOPES.includes(policy.scope);
    const limiter = limiterOf(name, windowOf(policy));
    const limit: Limit = { name, policy, limiter, identify: identify[policy.scope], isTold };
    return [limit, ...createWiderLimits(name, policy, limiterOf)];
  });
}

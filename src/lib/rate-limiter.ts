import { type RateLimiterAbstract, RateLimiterPostgres, RateLimiterRedis, RateLimiterRes } from 'rate-limiter-flexible';
import type { Query, Statement } from './query.js';
import type { RedisClient } from './redis.js';

/** The result of one attempt. */
export interface LimitState {
  allowed: boolean;
  /** True for the first attempt over the limit in its window, across all processes. */
  overruns: boolean;
  /** Maximum number of attempts in a window. */
  limit: number;
  remaining: number;
  /** Whole seconds until the window ends. */
  resetSeconds: number;
}

/** Counts attempts. Each `consume` is one atomic operation, so parallel attempts in several processes are all counted. */
export interface Limiter {
  /**
   * Counts an attempt of `key`, worth one point by default. Rejects if no store can be reached, as an attempt that cannot be
   * counted must not pass. `counted` is what a statement of the caller has counted already.
   */
  consume(key: string, points?: number, counted?: CountedRow): Promise<LimitState>;
  /** Returns what a statement of the caller counts; undefined if PostgreSQL is not the first store. */
  row(key: string): CounterRow | undefined;
  /** Returns those of the keys whose next attempt would be refused, and counts nothing. */
  exhausted(keys: readonly string[]): Promise<Set<string>>;
  /** Takes back one attempt of `key`. */
  giveBack(key: string): Promise<void>;
  /** Resets the count of `key`. */
  forget(key: string): Promise<void>;
}

/** A row of the counters, for a statement that counts several at once. */
export interface CounterRow {
  key: string;
  /** Points that the window allows. */
  most: number;
  milliseconds: number;
  /** Whether the key is refused from memory, without a statement. */
  isBlocked: boolean;
}

/** A counter after a statement has counted. */
export interface CountedRow {
  points: number;
  /** Milliseconds until the window ends. */
  milliseconds: number;
}

/** The stores of the counters. */
export interface LimiterStores {
  query: Query;
  /** Used first if set. PostgreSQL is the fallback while Redis is unavailable. */
  redis?: RedisClient | undefined;
}

/** The number of attempts that a window allows. */
export interface LimitWindow {
  points: number;
  seconds: number;
  /** True if counts can be reset before the window ends. */
  isForgettable?: boolean;
}

/** The PostgreSQL table of the counters. */
export const LIMITS_TABLE = 'rate_limits';

/**
 * Increments a counter and determines the end of its window by the database's clock, which all processes share. It waits for
 * no disk: a database server that crashes may forget the attempts of its last second.
 */
const COUNT = `
  INSERT INTO ${LIMITS_TABLE} AS counter (key, points, expire)
  SELECT $1, $2::int, now + $3::bigint FROM (SELECT (extract(epoch FROM clock_timestamp()) * 1000)::bigint AS now) AS clock,
    set_config('synchronous_commit', 'off', true)
  ON CONFLICT (key) DO UPDATE SET
    points = CASE WHEN counter.expire <= excluded.expire - $3::bigint THEN 0 ELSE counter.points END + excluded.points,
    expire = CASE WHEN counter.expire <= excluded.expire - $3::bigint THEN excluded.expire ELSE counter.expire END
  RETURNING points, expire - (extract(epoch FROM clock_timestamp()) * 1000)::bigint + $4::bigint AS expire`;

/** The pool that the library expects. Its statements run through `query`, which repeats a statement that had no effect. */
function createClient(query: Query) {
  return {
    async query({ name, text, values }: Statement & { values: readonly unknown[] }) {
      const rows = await query({ name, text }, values);
      return { rows, rowCount: rows.length };
    },
  };
}

/** Replaces the library's upsert, which uses the clock of its own process. */
class SharedTimeLimiter extends RateLimiterPostgres {
  declare readonly client: ReturnType<typeof createClient>;
  declare getInMemoryBlockMsBeforeExpire: (key: string) => number;
  declare _afterConsume: (
    resolve: (result: RateLimiterRes) => void,
    reject: (cause: unknown) => void,
    key: string,
    points: number,
    counted: { rows: unknown[]; rowCount: number },
  ) => void;

  /** The returned `expire` is relative to this process's clock, from which the library calculates the remaining time. */
  _upsert(key: string, points: number, milliseconds: number): Promise<unknown> {
    return this.client.query({ name: 'count-try', text: COUNT, values: [key, points, milliseconds, Date.now()] });
  }

  /** Decides about an attempt that a statement has counted, whatever later attempts have blocked since. */
  decide(key: string, points: number, counted: CountedRow): Promise<RateLimiterRes> {
    const rows = [{ points: counted.points, expire: Date.now() + counted.milliseconds }];
    return new Promise((resolve, reject) =>
      this._afterConsume(resolve, reject, this.getKey(key), points, { rows, rowCount: 1 }),
    );
  }
}

function buildLimiter(stores: LimiterStores, name: string, window: LimitWindow): RateLimiterAbstract {
  const { points, seconds: duration, isForgettable = false } = window;
  // An exhausted key is rejected from memory until its window ends, so that a flood does not reach the store. A forgettable key
  // is not, because other processes would not notice the reset.
  const block = isForgettable ? {} : { inMemoryBlockOnConsumed: points + 1 };
  const common = { keyPrefix: name, points, duration, ...block };
  const postgres = new SharedTimeLimiter({
    ...common,
    storeClient: createClient(stores.query),
    storeType: 'pool',
    tableName: LIMITS_TABLE,
    tableCreated: true,
  });
  if (stores.redis === undefined) return postgres;
  return new RateLimiterRedis({
    ...common,
    storeClient: stores.redis,
    rejectIfRedisNotReady: true,
    insuranceLimiter: postgres,
  });
}

const EXHAUSTED: Statement = {
  name: 'exhausted-limits',
  text: `SELECT key FROM ${LIMITS_TABLE} WHERE key = ANY($1::text[]) AND points >= $2::int
    AND expire > (extract(epoch FROM clock_timestamp()) * 1000)::bigint`,
};

/** Reads the counters of many keys: by one statement from PostgreSQL, or by one pipeline from Redis. */
function exhaustedKeys({ query, redis }: LimiterStores, limiter: RateLimiterAbstract) {
  const { points } = limiter;
  return async (keys: readonly string[]): Promise<Set<string>> => {
    if (redis === undefined) {
      const rows = await query(EXHAUSTED, [keys.map((key) => limiter.getKey(key)), points]);
      const found = new Set(rows.map((row) => row.key));
      return new Set(keys.filter((key) => found.has(limiter.getKey(key))));
    }
    const states = await Promise.all(keys.map((key) => limiter.get(key)));
    return new Set(keys.filter((_key, index) => (states[index]?.consumedPoints ?? 0) >= points));
  };
}

/** A limiter that counts the attempts of each key. A key's window starts with its first attempt. */
export function createLimiter(stores: LimiterStores, name: string, window: LimitWindow): Limiter {
  const { points } = window;
  const limiter = buildLimiter(stores, name, window);
  const stateOf = (result: RateLimiterRes, allowed: boolean): LimitState => ({
    allowed,
    // Rejections from memory have no count.
    overruns: result.consumedPoints === points + 1,
    limit: points,
    remaining: Math.max(0, result.remainingPoints),
    resetSeconds: Math.max(1, Math.ceil(result.msBeforeNext / 1000)),
  });
  return {
    async consume(key, worth = 1, counted = undefined) {
      try {
        const isCounted = counted !== undefined && limiter instanceof SharedTimeLimiter;
        return stateOf(await (isCounted ? limiter.decide(key, worth, counted) : limiter.consume(key, worth)), true);
      } catch (refused) {
        if (refused instanceof RateLimiterRes) return stateOf(refused, false);
        throw refused;
      }
    },
    row(key) {
      if (!(limiter instanceof SharedTimeLimiter)) return undefined;
      const stored = limiter.getKey(key);
      const isBlocked = limiter.getInMemoryBlockMsBeforeExpire(stored) > 0;
      return { key: stored, most: points, milliseconds: window.seconds * 1_000, isBlocked };
    },
    exhausted: exhaustedKeys(stores, limiter),
    giveBack: async (key) => void (await limiter.reward(key)),
    forget: async (key) => void (await limiter.delete(key)),
  };
}

import { type RateLimiterAbstract, RateLimiterPostgres, RateLimiterRedis, RateLimiterRes } from 'rate-limiter-flexible';
import type { Query, Statement } from './query.js';
import type { RedisClient } from './redis.js';

/** What one try came to. */
export interface LimitState {
  allowed: boolean;
  /** Whether it is the first one past the limit in its window, in whatever process. */
  overruns: boolean;
  /** Tries in a window. */
  limit: number;
  remaining: number;
  /** Whole seconds until the window ends. */
  resetSeconds: number;
}

/** Counts tries; each `consume` is one atomic statement, so that parallel tries in any number of processes count. */
export interface Limiter {
  /** Counts a try of `key`, worth one point unless told otherwise. Rejects when no store can be reached: what cannot be counted must not pass. */
  consume(key: string, points?: number): Promise<LimitState>;
  /** Takes one try of `key` back. */
  giveBack(key: string): Promise<void>;
  /** Lets the tries of `key` begin anew. */
  forget(key: string): Promise<void>;
}

/** Where the counters are. */
export interface LimiterStores {
  query: Query;
  /** Asked first where it is set; PostgreSQL counts while it is away. */
  redis?: RedisClient | undefined;
}

/** How many tries a window allows. */
export interface LimitWindow {
  points: number;
  seconds: number;
  /** Whether its counts can be forgotten before their time. */
  isForgettable?: boolean;
}

/** The table of the counters in PostgreSQL. */
export const LIMITS_TABLE = 'rate_limits';

/** How a counter moves, and when its window ends, by the clock of the database, which all processes share. */
const COUNT = `
  INSERT INTO ${LIMITS_TABLE} AS counter (key, points, expire)
  SELECT $1, $2::int, now + $3::bigint FROM (SELECT (extract(epoch FROM clock_timestamp()) * 1000)::bigint AS now) AS clock
  ON CONFLICT (key) DO UPDATE SET
    points = CASE WHEN counter.expire <= excluded.expire - $3::bigint THEN 0 ELSE counter.points END + excluded.points,
    expire = CASE WHEN counter.expire <= excluded.expire - $3::bigint THEN excluded.expire ELSE counter.expire END
  RETURNING points, expire - (extract(epoch FROM clock_timestamp()) * 1000)::bigint + $4::bigint AS expire`;

/** What the library takes for a pool; its statements run as all others do, and again where nothing of one was kept. */
function createClient(query: Query) {
  return {
    async query({ name, text, values }: Statement & { values: readonly unknown[] }) {
      const rows = await query({ name, text }, values);
      return { rows, rowCount: rows.length };
    },
  };
}

/** The library writes and compares the time of its process; everything else of it stays. */
class SharedTimeLimiter extends RateLimiterPostgres {
  declare readonly client: ReturnType<typeof createClient>;

  /** The answer's `expire` is told in this process's time, by which the library works out what is left. */
  _upsert(key: string, points: number, milliseconds: number): Promise<unknown> {
    return this.client.query({ name: 'count-try', text: COUNT, values: [key, points, milliseconds, Date.now()] });
  }
}

function buildLimiter(stores: LimiterStores, name: string, window: LimitWindow): RateLimiterAbstract {
  const { points, seconds: duration, isForgettable = false } = window;
  // A key that is used up is refused from memory until its window ends, so that a flood does not reach the store; one that
  // may be forgotten before is not, as no process would learn of it.
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

/** A limiter of the tries of each key; the window begins with the first try. */
export function createLimiter(stores: LimiterStores, name: string, window: LimitWindow): Limiter {
  const { points } = window;
  const limiter = buildLimiter(stores, name, window);
  const stateOf = (result: RateLimiterRes, allowed: boolean): LimitState => ({
    allowed,
    // What is refused from memory has no count.
    overruns: result.consumedPoints === points + 1,
    limit: points,
    remaining: Math.max(0, result.remainingPoints),
    resetSeconds: Math.max(1, Math.ceil(result.msBeforeNext / 1000)),
  });
  return {
    async consume(key, worth = 1) {
      try {
        return stateOf(await limiter.consume(key, worth), true);
      } catch (refused) {
        if (refused instanceof RateLimiterRes) return stateOf(refused, false);
        throw refused;
      }
    },
    giveBack: async (key) => void (await limiter.reward(key)),
    forget: async (key) => void (await limiter.delete(key)),
  };
}

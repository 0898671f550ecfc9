import { Redis } from 'ioredis';
import type { Logger } from 'pino';

/**
 * `command` connections answer at once when Redis is away, so that a request can take its other way;
 * `blocking` ones wait for it, as BullMQ's workers and subscriptions must.
 */
export type RedisUse = 'command' | 'blocking';

const LONGEST_RECONNECT_MILLISECONDS = 2_000;
const COMMAND_TIMEOUT_MILLISECONDS = 1_000;

/** Opens a connection that comes back by itself. */
export function connectRedis(url: string, use: RedisUse, logger: Logger): Redis {
  const redis = new Redis(url, {
    connectionName: `gatehouse-${use}`,
    // The client would drop the promise of its own subscription, which rejects when the connection closes meanwhile.
    autoResubscribe: false,
    retryStrategy: (times) => Math.min(times * 100, LONGEST_RECONNECT_MILLISECONDS),
    ...(use === 'command'
      ? { enableOfflineQueue: false, maxRetriesPerRequest: 1, commandTimeout: COMMAND_TIMEOUT_MILLISECONDS }
      : { maxRetriesPerRequest: null }),
  });
  redis.on('error', (cause: Error) => logger.warn({ err: cause, component: 'redis' }, 'redis is away'));
  return redis;
}

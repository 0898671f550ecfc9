import { Redis, type RedisOptions } from 'ioredis';
import type { Logger } from 'pino';
import { sparingWarning } from './sparing-warning.js';

/**
 * `command` connections answer at once when Redis is away, so that a request can take its other way;
 * `blocking` ones wait for it, as BullMQ's workers and subscriptions must.
 */
export type RedisUse = 'command' | 'blocking';

const SENTINEL_PORT = 26_379;
const LONGEST_RECONNECT_MILLISECONDS = 2_000;
const COMMAND_TIMEOUT_MILLISECONDS = 1_000;
/** What a node says that is another one's replica by now: a new connection leads to its successor. */
const DEMOTED = /READONLY|UNBLOCKED|MASTERDOWN/;

/** Where Redis is: `redis://` or `rediss://`, or the sentinels that know it. */
function addressOf(url: string): RedisOptions | string {
  const parsed = new URL(url);
  const secure = parsed.protocol === 'rediss+sentinel:';
  if (parsed.protocol !== 'redis+sentinel:' && !secure) return url;
  const [, name = '', db = '0'] = parsed.pathname.split('/');
  const others = parsed.searchParams.getAll('sentinel').map((text) => new URL(`redis://${text}`));
  const sentinels = [parsed, ...others].map(({ hostname, port }) => ({
    host: hostname.replace(/^\[|\]$/g, ''),
    port: Number(port || SENTINEL_PORT),
  }));
  const sentinelPassword = parsed.searchParams.get('sentinelPassword');
  return {
    sentinels,
    name: decodeURIComponent(name),
    db: Number(db),
    // A sentinel that is asked during a fail-over may still name the old node; its role is asked, too.
    role: 'master',
    sentinelRetryStrategy: retryAfter,
    ...(parsed.username === '' ? {} : { username: decodeURIComponent(parsed.username) }),
    ...(parsed.password === '' ? {} : { password: decodeURIComponent(parsed.password) }),
    ...(sentinelPassword === null ? {} : { sentinelPassword }),
    ...(secure ? { tls: {}, enableTLSForSentinelMode: true } : {}),
  };
}

function retryAfter(times: number): number {
  return Math.min(times * 100, LONGEST_RECONNECT_MILLISECONDS);
}

/** Opens a connection that comes back by itself. */
export function connectRedis(url: string, use: RedisUse, logger: Logger): Redis {
  const address = addressOf(url);
  const options: RedisOptions = {
    connectionName: `gatehouse-${use}`,
    // The client would drop the promise of its own subscription, which rejects when the connection closes meanwhile.
    autoResubscribe: false,
    retryStrategy: retryAfter,
    reconnectOnError: ({ message }) => DEMOTED.test(message),
    ...(use === 'command'
      ? { enableOfflineQueue: false, maxRetriesPerRequest: 1, commandTimeout: COMMAND_TIMEOUT_MILLISECONDS }
      : { maxRetriesPerRequest: null }),
  };
  const redis = typeof address === 'string' ? new Redis(address, options) : new Redis({ ...address, ...options });
  redis.on('error', sparingWarning(logger, { component: 'redis' }, 'redis is away'));
  return redis;
}

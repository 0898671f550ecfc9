import type { Logger } from 'pino';
import type { Clock } from '../../lib/clock.js';
import type { Query } from '../../lib/query.js';
import { connectRedis, type RedisClient } from '../../lib/redis.js';
import { createRevocationList, REVOCATION_CHANNEL, type RevocationList } from './revocation-list.js';

/** A connection that listens to a channel of the database. */
interface Listener {
  isConnected(): boolean;
  close(): Promise<void>;
}

/** Dependencies and settings of a revocation feed. */
export interface RevocationFeedOptions {
  query: Query;
  clock: Clock;
  logger: Logger;
  /** Lifetime of an access token in seconds. */
  accessTokenTtl: number;
  redis: RedisClient | undefined;
  redisUrl: string | undefined;
  /** Listens to a channel of the database. `onConnected` is called after each connect. */
  listen(channel: string, onNotification: (payload: string) => void, onConnected: () => void): Listener;
}

/** The revocation list, kept up to date by its connections. */
export interface RevocationFeed {
  revocations: RevocationList;
  /** Starts to listen and loads the list. The database must be migrated. */
  start(): Promise<void>;
  close(): Promise<void>;
}

/** Subscribes to revocations in Redis. The database delivers those published while Redis is unavailable. */
function subscribe(redisUrl: string, logger: Logger, revocations: RevocationList): RedisClient {
  const subscriber = connectRedis(redisUrl, 'blocking', logger);
  subscriber.on('ready', () => void subscriber.subscribe(REVOCATION_CHANNEL).catch(() => undefined));
  subscriber.on('message', (_channel, ids: string) => revocations.learn(ids.split(',')));
  return subscriber;
}

/** Creates a feed that receives revocations from the database, and from Redis as well if it is configured. */
export function createRevocationFeed(options: RevocationFeedOptions): RevocationFeed {
  const { query, clock, logger, accessTokenTtl, redis, redisUrl } = options;
  let listener: Listener | undefined;
  let subscriber: RedisClient | undefined;
  const revocations = createRevocationList({
    ...{ query, clock, logger, accessTokenTtl },
    isListening: () => listener?.isConnected() ?? false,
    publish: (ids) => {
      redis?.publish(REVOCATION_CHANNEL, ids.join(',')).catch((cause: unknown) => {
        logger.warn({ err: cause }, 'a revocation was not published in Redis; the database delivers it');
      });
    },
  });
  const reload = () =>
    revocations.load().catch((cause: unknown) => logger.warn({ err: cause }, 'loading revocations failed'));
  return {
    revocations,
    async start() {
      listener = options.listen(
        REVOCATION_CHANNEL,
        (id) => revocations.learn([id]),
        () => void reload(),
      );
      revocations.start();
      if (redisUrl !== undefined) subscriber = subscribe(redisUrl, logger, revocations);
      await reload();
    },
    async close() {
      revocations.close();
      subscriber?.disconnect();
      await listener?.close();
    },
  };
}

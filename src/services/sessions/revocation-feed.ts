import type { Logger } from 'pino';
import type { Clock } from '../../lib/clock.js';
import type { Query } from '../../lib/query.js';
import { connectRedis, type RedisClient } from '../../lib/redis.js';
import { isUuid } from '../../lib/uuid.js';
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
  /** Processes a notice of another kind, such as `service-client:<id>`, which is sent the same way. */
  onNotice(notice: string): void;
  /** Called after each connect to the database: earlier notices may have been missed. */
  onConnected(): void;
}

/** The revocation list, kept up to date by its connections. */
export interface RevocationFeed {
  revocations: RevocationList;
  /** Starts to listen and loads the list. The database must be migrated. */
  start(): Promise<void>;
  /** Returns whether the database's notifications arrive. */
  isListening(): boolean;
  /** Sends a notice of another kind through Redis, if it is configured. The transaction sends it through the database. */
  publish(notice: string): void;
  close(): Promise<void>;
}

/** Subscribes to revocations in Redis. The database delivers those published while Redis is unavailable. */
function subscribe(redisUrl: string, logger: Logger, receive: (notices: readonly string[]) => void): RedisClient {
  const subscriber = connectRedis(redisUrl, 'blocking', logger);
  subscriber.on('ready', () => void subscriber.subscribe(REVOCATION_CHANNEL).catch(() => undefined));
  subscriber.on('message', (_channel, ids: string) => receive(ids.split(',')));
  return subscriber;
}

/** Creates a feed that receives revocations from the database, and from Redis as well if it is configured. */
export function createRevocationFeed(options: RevocationFeedOptions): RevocationFeed {
  const { query, clock, logger, accessTokenTtl, redis, redisUrl } = options;
  let listener: Listener | undefined;
  let subscriber: RedisClient | undefined;
  const isListening = () => listener?.isConnected() ?? false;
  const publish = (notices: readonly string[]) => {
    redis?.publish(REVOCATION_CHANNEL, notices.join(',')).catch((cause: unknown) => {
      logger.warn({ err: cause }, 'a revocation was not published in Redis; the database delivers it');
    });
  };
  const revocations = createRevocationList({ ...{ query, clock, logger, accessTokenTtl }, isListening, publish });
  const receive = (notices: readonly string[]): void => {
    const [ids, others] = [notices.filter(isUuid), notices.filter((notice) => !isUuid(notice))];
    revocations.learn(ids);
    for (const notice of others) options.onNotice(notice);
  };
  const reload = () =>
    revocations.load().catch((cause: unknown) => logger.warn({ err: cause }, 'loading revocations failed'));
  return {
    revocations,
    async start() {
      listener = options.listen(
        REVOCATION_CHANNEL,
        (notice) => receive([notice]),
        () => {
          options.onConnected();
          void reload();
        },
      );
      revocations.start();
      if (redisUrl !== undefined) subscriber = subscribe(redisUrl, logger, receive);
      await reload();
    },
    isListening,
    publish: (notice) => publish([notice]),
    async close() {
      revocations.close();
      subscriber?.disconnect();
      await listener?.close();
    },
  };
}

import { join } from 'node:path';
import type { Logger } from 'pino';
import { Registry } from 'prom-client';
import { listen } from './database/listener.js';
import { connectDatabase, type DatabaseLocation, type DatabaseParts, openDatabase } from './database/open-database.js';
import type { DatabaseReadiness } from './database/readiness.js';
import { createJobCounters, type JobCounters } from './jobs/job-counters.js';
import { type JobQueues, openQueues } from './jobs/open-queues.js';
import { type Clock, createFollowingClock } from './lib/clock.js';
import { keptSecret } from './lib/files.js';
import { locales } from './lib/languages.js';
import { type Location, locationsFrom } from './lib/locations.js';
import { createLogger } from './lib/logger.js';
import { createLimiter, type Limiter, type LimitWindow } from './lib/rate-limiter.js';
import { connectRedis, type RedisClient } from './lib/redis.js';
import { createSecretKeys, type SecretKeys } from './lib/secret-keys.js';
import { within } from './lib/within.js';
import { ADDRESS_FAULT } from './mail/mail-error.js';
import type { MailRoute } from './mail/mail-route.js';
import { type MailParts, openMail } from './mail/open-mail.js';
import { lastMails } from './services/mail-outbox/last-mails.js';
import { loadArgon2 } from './services/passwords/argon2.js';
import { createPasswordHasher, PASSWORD_HASH_COST, type PasswordHasher } from './services/passwords/hasher.js';
import { createServiceClients, type ServiceClients } from './services/service-clients/service-clients.js';
import { createRevocationFeed } from './services/sessions/revocation-feed.js';
import type { RevocationList } from './services/sessions/revocation-list.js';
import { createSeenGenerations, type SeenGenerations } from './services/sessions/seen-generations.js';
import { type AccessTokens, createAccessTokens } from './services/tokens/access-tokens.js';
import { createKeyRing, type KeyRing } from './services/tokens/key-ring.js';
import { type DescribedSetting, describeSettings } from './settings/described-settings.js';
import type { Settings } from './settings.js';

/** The parts that create and verify secrets and tokens. */
interface TokenParts {
  secretKeys: SecretKeys;
  keyRing: KeyRing;
  accessTokens: AccessTokens;
  passwordHasher: PasswordHasher;
}

/** Everything that lives as long as the process, shared by server, worker and commands. */
export interface Dependencies extends DatabaseParts, TokenParts, MailParts, JobQueues, JobCounters {
  settings: Settings;
  /** The settings for people, without secrets. */
  describedSettings: readonly DescribedSetting[];
  logger: Logger;
  clock: Clock;
  redis: RedisClient | undefined;
  revocations: RevocationList;
  seenGenerations: SeenGenerations;
  serviceClients: ServiceClients;
  limiter(name: string, window: LimitWindow): Limiter;
  /** Returns the location of an address from the operator's database; nulls if there is none. Never throws. */
  locate(ipAddress: string | null): Location;
  /** The languages of the mail templates. */
  mailLocales: readonly string[];
  metrics: Registry;
  /** Starts following revocations; the database must be migrated. */
  watch(): Promise<void>;
  /** Closes everything, in reverse order. */
  close(): Promise<void>;
}

/** The parts that tests replace. */
export interface Replacements {
  clock?: Clock;
  logger?: Logger;
  hashCost?: typeof PASSWORD_HASH_COST;
}

/** Closing waits no longer than this for parts that cannot be reached. */
const CLOSE_WITHIN_MILLISECONDS = 2_000;

/** Builds everything from the settings. Connects lazily, so that an unavailable part does not stop the process. */
export async function createDependencies(settings: Settings, replacements: Replacements = {}): Promise<Dependencies> {
  const logger = replacements.logger ?? createLogger(settings.logLevel);
  const database = await openDatabase(settings, logger);
  try {
    return await build(settings, { ...replacements, logger }, database);
  } catch (cause) {
    await database.stop();
    throw cause;
  }
}

/**
 * Warns from the start about a wrong clock and a mail server that accepts nothing. Revocations are read once the time is
 * known.
 */
async function begin(readiness: DatabaseReadiness, watch: () => Promise<void>, mailRoute: MailRoute): Promise<void> {
  const knowTime = readiness.check().catch(() => undefined);
  await Promise.all([knowTime.then(watch), mailRoute.isOpen()]);
}

/** Opens the keys, the tokens and the password hasher. */
async function openTokens(
  { settings, clock, orm }: Pick<Dependencies, 'settings' | 'clock' | 'orm'>,
  hashCost = PASSWORD_HASH_COST,
): Promise<TokenParts> {
  const { accessTokenTtl, jwtIssuer: issuer, jwtAudience: audience, jwtAlgorithm: algorithm } = settings;
  const secretKey = settings.secretKey ?? (await keptSecret(join(settings.dataDir, 'secret.key')));
  const secretKeys = createSecretKeys(secretKey, settings.secretKeyPrevious);
  const keyRing = createKeyRing({ orm, secretKeys, clock, algorithm, accessTokenTtl });
  const accessTokens = createAccessTokens({ keyRing, clock, issuer, audience, ttl: accessTokenTtl });
  return {
    secretKeys,
    keyRing,
    accessTokens,
    passwordHasher: await createPasswordHasher(await loadArgon2(), hashCost),
  };
}

/**
 * Follows revocations of sessions and changes of service clients through LISTEN on a direct connection, and through Redis if
 * it is configured.
 */
function followRevocations(
  base: Pick<Dependencies, 'settings' | 'logger' | 'clock' | 'query' | 'redis' | 'directUrl'>,
) {
  const { settings, logger, directUrl: url, ...parts } = base;
  const { accessTokenTtl, redisUrl } = settings;
  const feed = createRevocationFeed({
    ...{ ...parts, logger, accessTokenTtl, redisUrl },
    listen: (channel, onNotification, onConnected) => listen({ url, channel, logger, onNotification, onConnected }),
    onNotice: (notice) => serviceClients.learn(notice),
    onConnected: () => serviceClients.forgetAll(),
  });
  const { isListening, publish } = feed;
  const serviceClients = createServiceClients({ query: parts.query, logger, isListening, publish });
  return { feed, serviceClients };
}

async function build(
  settings: Settings,
  replacements: Replacements & { logger: Logger },
  location: DatabaseLocation,
): Promise<Dependencies> {
  const databaseClock = createFollowingClock();
  const clock = replacements.clock ?? databaseClock;
  const { logger } = replacements;
  const locations = await locationsFrom(settings.geoipDatabase, logger);
  const database = await connectDatabase(location, { settings, logger, clock: databaseClock });
  const { query, directUrl, readiness } = database;
  const redis = settings.redisUrl === undefined ? undefined : connectRedis(settings.redisUrl, 'command', logger);
  const tokens = await openTokens({ settings, clock, orm: database.orm }, replacements.hashCost);
  const { feed, serviceClients } = followRevocations({ settings, logger, clock, query, redis, directUrl });
  const seenGenerations = createSeenGenerations({ query, logger });
  const mail = openMail(settings, logger, () => lastMails({ query, clock }, ADDRESS_FAULT));
  const queues = openQueues({ redisUrl: settings.redisUrl, databaseUrl: directUrl, logger }, settings);
  const metrics = new Registry();
  const closing = [
    feed,
    seenGenerations,
    serviceClients,
    readiness,
    database.poolState,
    queues.mailQueue,
    queues.passwordCheckQueue,
    mail.mailTransport,
  ];
  return {
    describedSettings: describeSettings(settings),
    ...{ settings, logger, clock, redis, metrics, ...database, ...tokens, ...mail, ...queues },
    ...createJobCounters(metrics),
    revocations: feed.revocations,
    seenGenerations,
    serviceClients,
    limiter: (name, window) => createLimiter({ query, redis }, name, window),
    locate: locations.locate,
    mailLocales: locales,
    watch: () => begin(readiness, feed.start, mail.mailRoute),
    async close() {
      locations.close();
      await within(CLOSE_WITHIN_MILLISECONDS, Promise.allSettled(closing.map((part) => part.close())));
      redis?.disconnect();
      await within(CLOSE_WITHIN_MILLISECONDS, database.orm.close(true));
      await location.stop();
    },
  };
}

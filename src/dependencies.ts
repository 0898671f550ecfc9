import { join } from 'node:path';
import type { MikroORM, PostgreSqlConnection } from '@mikro-orm/postgresql';
import type { Logger } from 'pino';
import { Registry } from 'prom-client';
import { type EmbeddedDatabase, startEmbeddedDatabase } from './database/embedded.js';
import { type Listener, listen } from './database/listener.js';
import { createOrm } from './database/orm.js';
import { type PoolState, stuckAfter, watchPool } from './database/pool-state.js';
import { createQuery, createTransact } from './database/query.js';
import { createDatabaseReadiness, type DatabaseReadiness } from './database/readiness.js';
import { type CheckPasswordPayload, checkPasswordJob } from './jobs/check-password.js';
import { createJobCounters, type JobCounters } from './jobs/job-counters.js';
import { createJobQueue, type JobQueue } from './jobs/queue.js';
import { type SendMailPayload, sendMailJob } from './jobs/send-mail.js';
import { type Clock, createFollowingClock, tick } from './lib/clock.js';
import { keptSecret } from './lib/files.js';
import { locales } from './lib/languages.js';
import { type Location, type Locations, noLocations, openLocations } from './lib/locations.js';
import { createLogger } from './lib/logger.js';
import type { Query, Transact } from './lib/query.js';
import { createLimiter, type Limiter, type LimitWindow } from './lib/rate-limiter.js';
import { connectRedis, type RedisClient } from './lib/redis.js';
import { createSecretKeys, type SecretKeys } from './lib/secret-keys.js';
import { within } from './lib/within.js';
import { withBreaker } from './mail/breaker.js';
import { ADDRESS_FAULT } from './mail/mail-error.js';
import { createMailRoute, type MailRoute } from './mail/mail-route.js';
import { createMailbox, type Mailbox } from './mail/mailbox.js';
import { withOutcomes } from './mail/outcomes.js';
import type { MailTransport } from './mail/outgoing-mail.js';
import { loadTemplates } from './mail/render.js';
import { createTransport } from './mail/transport.js';
import { lastMails } from './services/mail-outbox/last-mails.js';
import { loadArgon2 } from './services/passwords/argon2.js';
import { createPasswordHasher, PASSWORD_HASH_COST, type PasswordHasher } from './services/passwords/hasher.js';
import { createRevocationList, REVOCATION_CHANNEL, type RevocationList } from './services/sessions/revocation-list.js';
import { type AccessTokens, createAccessTokens } from './services/tokens/access-tokens.js';
import { createKeyRing, type KeyRing } from './services/tokens/key-ring.js';
import type { Settings } from './settings.js';

/** Everything that lives as long as the process; server, worker and commands share it. */
export interface Dependencies extends JobCounters {
  settings: Settings;
  logger: Logger;
  clock: Clock;
  orm: MikroORM;
  query: Query;
  /** Runs statements as one transaction in one round trip. */
  transact: Transact;
  /** Where the database is; holds its password. */
  databaseUrl: string;
  /** Past any pooler, for LISTEN and migrations. */
  directUrl: string;
  readiness: DatabaseReadiness;
  poolState: PoolState;
  redis: RedisClient | undefined;
  secretKeys: SecretKeys;
  keyRing: KeyRing;
  accessTokens: AccessTokens;
  passwordHasher: PasswordHasher;
  revocations: RevocationList;
  limiter(name: string, window: LimitWindow): Limiter;
  /** Where an address is, by the operator's database; nulls where there is none. Never throws. */
  locate(ipAddress: string | null): Location;
  mailQueue: JobQueue<SendMailPayload>;
  /** New passwords that are to be looked up among breached ones. */
  passwordCheckQueue: JobQueue<CheckPasswordPayload>;
  mailTransport: MailTransport;
  mailRoute: MailRoute;
  /** The captured mails, where there is no mail server. */
  mailbox: Mailbox;
  /** Languages that mails are written in. */
  mailLocales: readonly string[];
  metrics: Registry;
  /** Begins to follow revocations; the database must be migrated. */
  watch(): Promise<void>;
  /** Lets go of everything, in reverse. */
  close(): Promise<void>;
}

/** What tests put in the place of the real thing. */
export interface Replacements {
  clock?: Clock;
  logger?: Logger;
  hashCost?: typeof PASSWORD_HASH_COST;
}

/** A part that cannot be reached is not waited for longer than this when everything is closed. */
const CLOSE_WITHIN_MILLISECONDS = 2_000;

interface Database {
  databaseUrl: string;
  directUrl: string;
  embedded: EmbeddedDatabase | undefined;
}

async function openDatabase(settings: Settings, logger: Logger): Promise<Database> {
  if (settings.databaseUrl !== undefined) {
    const { databaseUrl } = settings;
    return { databaseUrl, directUrl: settings.databaseDirectUrl ?? databaseUrl, embedded: undefined };
  }
  const embedded = await startEmbeddedDatabase(settings.dataDir, logger);
  return { databaseUrl: embedded.url, directUrl: embedded.url, embedded };
}

/** The operator's file of locations; without it the process does not start where one is set. */
async function openLocationsOf({ geoipDatabase: path }: Settings, logger: Logger): Promise<Locations> {
  if (path === undefined) return noLocations;
  return await openLocations({ path, logger }).catch((cause: unknown) => {
    const reason = cause instanceof Error && 'syscall' in cause ? (cause as NodeJS.ErrnoException).code : 'no database';
    const advice = 'Replace the file or remove the setting; for example: /var/lib/geoip/city.mmdb';
    throw new Error(`GEOIP_DATABASE ${path} cannot be read (${reason}). ${advice}`);
  });
}

/** Revocations travel by the database, and by Redis as well where there is one. */
function watchRevocations(
  base: Omit<Database, 'embedded'> & Pick<Dependencies, 'settings' | 'logger' | 'clock' | 'query' | 'redis'>,
) {
  const { settings, logger, clock, query, redis } = base;
  let listener: Listener | undefined;
  const revocations = createRevocationList({
    query,
    clock,
    logger,
    accessTokenTtl: settings.accessTokenTtl,
    isListening: () => listener?.isConnected() ?? false,
    publish: (ids) => {
      redis?.publish(REVOCATION_CHANNEL, ids.join(',')).catch((cause: unknown) => {
        logger.warn({ err: cause }, 'a revocation did not reach Redis; the database carries it');
      });
    },
  });
  let subscriber: RedisClient | undefined;
  const reload = () =>
    revocations.load().catch((cause: unknown) => logger.warn({ err: cause }, 'loading revocations failed'));
  const start = async (): Promise<void> => {
    listener = listen({
      url: base.directUrl,
      channel: REVOCATION_CHANNEL,
      logger,
      onNotification: (id) => revocations.learn([id]),
      onConnected: () => void reload(),
    });
    revocations.start();
    if (settings.redisUrl !== undefined) {
      subscriber = connectRedis(settings.redisUrl, 'blocking', logger);
      // At each connect anew; what was said while it was away came by the database.
      subscriber.on('ready', () => void subscriber?.subscribe(REVOCATION_CHANNEL).catch(() => undefined));
      subscriber.on('message', (_channel, ids: string) => revocations.learn(ids.split(',')));
    }
    await reload();
  };
  const close = async () => {
    revocations.close();
    subscriber?.disconnect();
    await listener?.close();
  };
  return { revocations, start, close };
}

/** The way of mails: what sends them, and what tells whether they leave. */
function openMail(
  base: Pick<Dependencies, 'settings' | 'logger' | 'clock' | 'query'>,
): Pick<Dependencies, 'mailTransport' | 'mailRoute'> {
  const { settings, logger } = base;
  loadTemplates(settings);
  const mailTransport = withBreaker(withOutcomes(createTransport(settings)), {
    now: tick,
    onStateChange: (state) => logger.warn({ state }, 'the circuit breaker of the mail server changed'),
  });
  const onChange = (reason: string | undefined) => {
    if (reason === undefined) logger.info('the mail server accepts mail again');
    else logger.warn({ reason }, 'the mail server is not accepting mail');
  };
  const route = { transport: mailTransport, lastMails: () => lastMails(base, ADDRESS_FAULT), onChange };
  return { mailTransport, mailRoute: createMailRoute(route) };
}

/** Builds everything from the settings. Connects lazily, so that a part that is away does not stop the process. */
export async function createDependencies(settings: Settings, replacements: Replacements = {}): Promise<Dependencies> {
  const logger = replacements.logger ?? createLogger(settings.logLevel);
  const database = await openDatabase(settings, logger);
  try {
    return await build(settings, { ...replacements, logger }, database);
  } catch (cause) {
    await database.embedded?.stop();
    throw cause;
  }
}

/** The checks tell from the start of a wrong clock and of a mail server that takes nothing; revocations are read by the right time. */
async function begin(readiness: DatabaseReadiness, watch: () => Promise<void>, mailRoute: MailRoute): Promise<void> {
  const knowTime = readiness.check().catch(() => undefined);
  await Promise.all([knowTime.then(watch), mailRoute.isOpen()]);
}

async function build(
  settings: Settings,
  replacements: Replacements & { logger: Logger },
  database: Database,
): Promise<Dependencies> {
  const databaseClock = createFollowingClock();
  const clock = replacements.clock ?? databaseClock;
  const { logger } = replacements;
  const { databaseUrl, directUrl, embedded } = database;
  const locations = await openLocationsOf(settings, logger);
  const secretKey = settings.secretKey ?? (await keptSecret(join(settings.dataDir, 'secret.key')));
  const secretKeys = createSecretKeys(secretKey, settings.secretKeyPrevious);
  const orm = createOrm({
    url: databaseUrl,
    poolMax: settings.databasePoolMax,
    statementTimeoutMilliseconds: settings.databaseStatementTimeoutMs,
    logger,
    clock: databaseClock,
  });
  const query = createQuery(orm);
  const pool = await (orm.em.getConnection() as PostgreSqlConnection).getNativeClient();
  const redis = settings.redisUrl === undefined ? undefined : connectRedis(settings.redisUrl, 'command', logger);
  const { accessTokenTtl, jwtIssuer: issuer, jwtAudience: audience, jwtAlgorithm: algorithm } = settings;
  const keyRing = createKeyRing({ orm, secretKeys, clock, algorithm, accessTokenTtl });
  const watch = watchRevocations({ settings, logger, clock, query, redis, databaseUrl, directUrl });
  const mail = openMail({ settings, logger, clock, query });
  const metrics = new Registry();
  const readiness = createDatabaseReadiness({ url: databaseUrl, logger, clock: databaseClock });
  const stuckAfterMilliseconds = stuckAfter(settings.databaseStatementTimeoutMs);
  const poolState = watchPool(pool, { connect: readiness.check, logger, stuckAfterMilliseconds });
  const location = { redisUrl: settings.redisUrl, databaseUrl: directUrl, logger };
  const mailQueue = createJobQueue(sendMailJob, location, { poolSize: 2 });
  const passwordCheckQueue = createJobQueue(checkPasswordJob, location, { inUse: settings.breachCheck });
  return {
    settings,
    logger,
    clock,
    orm,
    query,
    transact: createTransact(orm),
    databaseUrl,
    directUrl,
    readiness,
    poolState,
    redis,
    secretKeys,
    keyRing,
    accessTokens: createAccessTokens({ keyRing, clock, issuer, audience, ttl: accessTokenTtl }),
    passwordHasher: await createPasswordHasher(await loadArgon2(), replacements.hashCost ?? PASSWORD_HASH_COST),
    revocations: watch.revocations,
    limiter: (name, window) => createLimiter({ query, redis }, name, window),
    locate: locations.locate,
    mailQueue,
    passwordCheckQueue,
    ...mail,
    mailbox: createMailbox(settings.dataDir),
    mailLocales: locales,
    metrics,
    ...createJobCounters(metrics),
    watch: () => begin(readiness, watch.start, mail.mailRoute),
    async close() {
      locations.close();
      await within(
        CLOSE_WITHIN_MILLISECONDS,
        Promise.allSettled([
          watch.close(),
          readiness.close(),
          poolState.close(),
          mailQueue.close(),
          passwordCheckQueue.close(),
          mail.mailTransport.close(),
        ]),
      );
      redis?.disconnect();
      await within(CLOSE_WITHIN_MILLISECONDS, orm.close(true));
      await embedded?.stop();
    },
  };
}

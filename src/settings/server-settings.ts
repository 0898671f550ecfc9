import { browserOrigins, mailSender, proxyAddresses, webAddress } from './addresses.js';
import { mailServer, postgresServer, redisServer } from './connection-urls.js';
import { folder } from './files.js';
import { flag, matching, oneOf, oneOfAnyCase, wholeNumber } from './readers.js';
import { optional, required, requiredInProduction, withDefault } from './setting.js';
import { SAMPLE_SECRETS, secret } from './weak-secrets.js';

const KEY_ADVICE = 'the output of: openssl rand -base64 48';
const LEAST_KEY_CHARACTERS = 32;
const LEAST_TRIAL_ROUTER_SECRET = 16;

/** The listening address, the public URL and allowed callers. */
export function serverSettings(production: boolean) {
  return {
    NODE_ENV: withDefault(oneOf('development', 'test', 'production'), 'development', {
      description:
        'Mode of the process: `production` starts nothing embedded, generates no secrets and requires every setting marked as required.',
    }),
    HOST: withDefault(
      matching(/^[A-Za-z0-9.:_-]+$/, 'be a host name or an IP address without a port'),
      production ? '0.0.0.0' : '127.0.0.1',
      { description: 'Address or host name that the server listens on.' },
    ),
    PORT: withDefault(wholeNumber(0, 65_535), '4000', {
      description: 'Port that the server listens on; `0` takes any free one.',
    }),
    PUBLIC_URL: requiredInProduction(production, webAddress(production), {
      description: 'Address at which clients reach the gateway, stored without a trailing slash; https in production.',
      derivedDefault: '`http://localhost:<PORT>`',
      example: 'http://localhost:4000',
      advice: 'https://auth.example.com',
    }),
    APP_URL: optional(webAddress(production), {
      description: 'Address of the web application that links in emails lead to; https in production.',
      example: 'http://localhost:5173',
      advice: 'https://app.example.com',
    }),
    DATA_DIR: withDefault(folder, './data', {
      description: 'Folder of the embedded database and of secrets that the gateway generates outside production.',
    }),
    LOG_LEVEL: withDefault(oneOf('trace', 'debug', 'info', 'warn', 'error', 'fatal', 'silent'), 'info', {
      description: 'Minimum severity of logged messages.',
    }),
    LOG_FORMAT: optional(oneOf('json', 'pretty'), {
      description: 'Format of the log: `json`, one object per line, or `pretty`, for people.',
      derivedDefault: '`pretty` on a terminal in development, else `json`',
      example: 'json',
    }),
    TRUSTED_PROXIES: optional(proxyAddresses, {
      description:
        'Proxies whose `X-Forwarded-For` (see `FORWARDED_HEADER`) is trusted: addresses, CIDR ranges, `loopback` and `private` as a comma-separated list, or the number of proxies between clients and the gateway.',
      example: '10.0.0.0/8,192.168.1.10',
    }),
    FORWARDED_HEADER: withDefault(oneOfAnyCase('x-forwarded-for', 'forwarded'), 'x-forwarded-for', {
      description:
        'Header in which the trusted proxies name the client: `x-forwarded-for`, or `forwarded` (RFC 7239); the other one is ignored.',
    }),
    CORS_ORIGINS: optional(browserOrigins(production), {
      description:
        'Exact origins whose pages may call the gateway with cookies, as a comma-separated list. If empty, pages on the same machine may call it outside production; in production each must be https, or an app or extension (`capacitor://localhost`, `chrome-extension://<id>`).',
      example: 'https://app.example.com',
    }),
    SHUTDOWN_DRAIN_SECONDS: withDefault(wholeNumber(0, 300), production ? '5' : '0', {
      description:
        'Seconds for which a stopping process answers `/health/ready` with 503 but continues to serve, so that load balancers stop sending requests to it.',
    }),
    RUN_WORKER: withDefault(flag, 'true', {
      description: 'Whether the server also sends mail and runs jobs; turn it off if separate workers run.',
    }),
  };
}

/** PostgreSQL connections and timeouts. */
export function databaseSettings(production: boolean) {
  const example = 'postgres://gatehouse:password@localhost:5432/gatehouse';
  return {
    DATABASE_URL: requiredInProduction(production, postgresServer, {
      description:
        'PostgreSQL database that stores everything; without it, an embedded one is started under `DATA_DIR`. Query parameters have the meaning they have in libpq: `sslmode`, `sslrootcert`, `sslcert`, `sslkey`, `options`, `application_name`. Without `sslmode`, TLS is not used.',
      example,
      secret: true,
    }),
    DATABASE_DIRECT_URL: optional(postgresServer, {
      description: 'The same database, bypassing a connection pooler; used for migrations and LISTEN.',
      derivedDefault: '`DATABASE_URL`',
      example,
      secret: true,
    }),
    DATABASE_POOL_MAX: withDefault(wholeNumber(1, 1_000), '10', {
      description: 'Maximum number of database connections per process.',
    }),
    DATABASE_STATEMENT_TIMEOUT_MS: withDefault(wholeNumber(1, 600_000), '5000', {
      description: 'Milliseconds after which the database cancels a statement.',
    }),
    REQUEST_TIMEOUT_MS: withDefault(wholeNumber(1, 600_000), '15000', {
      description: 'Milliseconds within which a client must send a request, headers and body together.',
    }),
    MAX_CONNECTIONS: withDefault(wholeNumber(1, 1_000_000), '4096', {
      description: 'Maximum number of client connections per process; further ones are closed at once.',
    }),
  };
}

/** The optional Redis. */
export function redisSettings() {
  return {
    REDIS_URL: optional(redisServer, {
      description:
        'Redis for rate limits, jobs and messages between replicas; without it, PostgreSQL serves all three. Sentinel: redis+sentinel://host1:26379,host2:26379/master-name. Cluster: redis+cluster://host1:6379,host2:6379. With TLS: rediss://, rediss+sentinel://, rediss+cluster://, and `?sslrootcert=` for your own CA.',
      example: 'redis://localhost:6379',
      secret: true,
    }),
  };
}

/** Mail delivery and senders. */
export function mailSettings(production: boolean) {
  const notes = {
    description: 'Sender of every email: one address, bare or with a display name.',
    example: 'Example <no-reply@example.com>',
  };
  return {
    SMTP_URL: requiredInProduction(production, mailServer(production), {
      description:
        'Mail server; without it, emails are captured for `/dev/mail`. In production `smtp://` requires STARTTLS unless `requireTLS=false` is given, and nothing else in the query may weaken TLS.',
      example: 'smtp://user:password@localhost:587',
      advice: 'smtps://user:password@mail.example.com',
      secret: true,
    }),
    MAIL_FROM: production
      ? required(mailSender, notes)
      : withDefault(mailSender, 'Gatehouse <no-reply@localhost>', notes),
  };
}

/** The keys from which all others are derived. */
export function secretSettings(production: boolean) {
  const advice = KEY_ADVICE;
  return {
    SECRET_KEY: requiredInProduction(production, secret(LEAST_KEY_CHARACTERS, production), {
      description:
        'Key of at least 32 characters that protects codes, tokens and stored signing keys; outside production one is generated under `DATA_DIR`.',
      example: SAMPLE_SECRETS.current,
      advice,
      secret: true,
    }),
    SECRET_KEY_PREVIOUS: optional(secret(LEAST_KEY_CHARACTERS, production), {
      description: 'The previous `SECRET_KEY`, so that data protected by it stays readable during a rotation.',
      example: SAMPLE_SECRETS.previous,
      advice: 'the former SECRET_KEY',
      secret: true,
    }),
    ROUTER_SECRET: optional(secret(production ? LEAST_KEY_CHARACTERS : LEAST_TRIAL_ROUTER_SECRET, production), {
      description:
        'Secret shared with the router of a supergraph, which alone may then query entities; at least 16 characters, 32 in production.',
      example: SAMPLE_SECRETS.router,
      advice,
      secret: true,
    }),
  };
}

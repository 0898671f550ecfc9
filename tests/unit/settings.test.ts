import { randomBytes, randomInt, randomUUID } from 'node:crypto';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { pathToFileURL } from 'node:url';
import { parseEnv } from 'node:util';
import { dictionary } from '@zxcvbn-ts/language-common';
import { afterAll, describe, expect, expectTypeOf, test } from 'vitest';
import { limitNames } from '../../src/operations/limits.js';
import { renderEnvironmentExample, renderSettingsTable } from '../../src/settings/documentation.js';
import { describeSeconds } from '../../src/settings/readers.js';
import { settingsSchema } from '../../src/settings/schema.js';
import { transportWarnings } from '../../src/settings/transport-warnings.js';
import { unknownNameWarnings } from '../../src/settings/unknown-names.js';
import { weaknessOf } from '../../src/settings/weak-secrets.js';
import { loadSettings, readEnvironment, type Settings, SettingsError } from '../../src/settings.js';
import { mmdb } from '../support/mmdb.js';
import { SEEN_NAMES, UNSEEN_NAMES } from '../support/visible-names.js';

const STRONG = 'q7Rk2ZtW9xLm4BvN8sPd1FhJ6gYc3TuE';
const ALSO_STRONG = '4f9d02b7c1e86a35d7f0b29c8e14a6531c7f';
const PRODUCTION = {
  NODE_ENV: 'production',
  PUBLIC_URL: 'https://auth.example.com/',
  DATABASE_URL: 'postgres://gatehouse:hunter2@database.example.com/gatehouse',
  SMTP_URL: 'smtps://user:hunter2@mail.example.com',
  MAIL_FROM: 'Example <no-reply@example.com>',
  SECRET_KEY: STRONG,
};
const folder = mkdtempSync(join(tmpdir(), 'gatehouse-settings-'));
afterAll(() => rmSync(folder, { recursive: true }));

/** The lines that the environment is refused with, without the heading; none when it is accepted. */
function refusals(env: Record<string, string | undefined>): string[] {
  try {
    loadSettings(env);
    return [];
  } catch (error) {
    if (!(error instanceof SettingsError)) throw error;
    const [heading, ...lines] = error.message.split('\n');
    expect(heading).toBe('The settings are invalid:');
    expect(lines).toHaveLength(error.problems.length);
    return lines.map((line) => line.trim());
  }
}

function file(name: string, content: string | Buffer): string {
  const path = join(folder, name);
  writeFileSync(path, content);
  return path;
}

const development = (env: Record<string, string>) => refusals(env);
const production = (env: Record<string, string | undefined>) => refusals({ ...PRODUCTION, ...env });

describe('defaults', () => {
  test('an empty environment starts outside production', () => {
    expect(loadSettings({})).toEqual({
      nodeEnv: 'development',
      host: '127.0.0.1',
      adminPage: true,
      port: 4000,
      publicUrl: 'http://localhost:4000',
      appUrl: undefined,
      dataDir: resolve('data'),
      logLevel: 'info',
      logFormat: undefined,
      trustedProxies: [],
      forwardedHeader: 'x-forwarded-for',
      corsOrigins: [],
      shutdownDrainSeconds: 0,
      runWorker: true,
      databaseUrl: undefined,
      databaseDirectUrl: undefined,
      databasePoolMax: 10,
      databaseStatementTimeoutMs: 5000,
      requestTimeoutMs: 15_000,
      maxConnections: 4_096,
      redisUrl: undefined,
      smtpUrl: undefined,
      mailFrom: 'Gatehouse <no-reply@localhost>',
      appName: 'Gatehouse',
      signInUrl: undefined,
      supportUrl: undefined,
      supportEmail: undefined,
      mailReplyTo: undefined,
      brandColor: '#0d6b5e',
      brandLogoUrl: undefined,
      mailTemplates: undefined,
      secretKey: undefined,
      secretKeyPrevious: undefined,
      routerSecret: undefined,
      jwtIssuer: 'http://localhost:4000',
      jwtAudience: 'gatehouse',
      jwtAlgorithm: 'ES256',
      accessTokenTtl: 900,
      refreshTokenTtl: 7 * 86_400,
      refreshTokenTtlRemembered: 14 * 86_400,
      refreshReuseGraceSeconds: 10,
      sessionAbsoluteTtl: 90 * 86_400,
      cookieSameSite: 'strict',
      passwordPolicy: 'composition',
      passwordMinLength: 8,
      passwordHistory: 5,
      breachCheck: false,
      hibpBaseUrl: 'https://api.pwnedpasswords.com',
      resetCodeTtl: 300,
      resetLinkTtl: 3_600,
      invitationTtl: 604_800,
      verificationCodeTtl: 600,
      verificationLinkTtl: 86_400,
      exchangeTokenTtl: 60,
      codeMaxAttempts: 5,
      codeResendSeconds: 60,
      lockoutThreshold: 5,
      lockoutSeconds: 1_800,
      reauthenticationTtl: 600,
      twoFactorRequiredRoles: [],
      adminNetworks: [],
      twoFactorIssuer: 'Gatehouse',
      totpWindow: 1,
      emailChangeCodeTtl: 600,
      emailChangeRevertTtl: 7 * 86_400,
      sessionReportTtl: 86_400,
      emailDeduplication: 'off',
      geoipDatabase: undefined,
      signupRoles: ['user'],
      defaultRole: 'user',
      usernameRequired: false,
      termsRequired: false,
      signupRevealsAccounts: false,
      rateLimits: { enabled: true, factor: 20, overrides: {} },
      purgeSessionsAfter: 30 * 86_400,
      purgeMailsAfter: 30 * 86_400,
      purgeUnverifiedAfter: 7 * 86_400,
      purgeDevicesAfter: 365 * 86_400,
      auditRetention: 400 * 86_400,
      graphqlIde: true,
      introspection: true,
    });
  });

  test('production has its own', () => {
    expect(loadSettings(PRODUCTION)).toMatchObject({
      nodeEnv: 'production',
      host: '0.0.0.0',
      publicUrl: 'https://auth.example.com',
      jwtIssuer: 'https://auth.example.com',
      databaseDirectUrl: PRODUCTION.DATABASE_URL,
      breachCheck: true,
      graphqlIde: false,
      introspection: false,
    });
  });

  test('follow the settings they depend on', () => {
    const settings = loadSettings({ PORT: '4100', PASSWORD_POLICY: 'nist', SIGNUP_ROLES: 'member, guest,member' });
    expect(settings).toMatchObject({
      publicUrl: 'http://localhost:4100',
      jwtIssuer: 'http://localhost:4100',
      passwordMinLength: 15,
      signupRoles: ['member', 'guest'],
      defaultRole: 'member',
    });
    const pooled = { DATABASE_URL: 'postgres://pool/a', DATABASE_DIRECT_URL: 'postgresql://direct/a' };
    expect(loadSettings(pooled).databaseDirectUrl).toBe('postgresql://direct/a');
    expect(loadSettings({ PASSWORD_POLICY: 'nist', PASSWORD_MIN_LENGTH: '12' }).passwordMinLength).toBe(12);
  });

  test('empty text counts as unset and unknown variables are ignored', () => {
    const empty = { PORT: '', SECRET_KEY: '', SECRET_KEY_FILE: '', SMTP_URL: '', HOST: ' ', NOT_A_SETTING: '%' };
    expect(loadSettings(empty)).toEqual(loadSettings({}));
    expect(production({ SECRET_KEY: '' })[0]).toMatch(/^SECRET_KEY must be set in production/);
  });

  test('the result cannot be changed', () => {
    expectTypeOf<Pick<Settings, 'publicUrl' | 'databaseUrl' | 'accessTokenTtl' | 'cookieSameSite'>>().toEqualTypeOf<{
      readonly publicUrl: string;
      readonly databaseUrl: string | undefined;
      readonly accessTokenTtl: number;
      readonly cookieSameSite: 'strict' | 'lax' | 'none';
    }>();
    expect(Object.isFrozen(loadSettings({}))).toBe(true);
  });
});

describe('production', () => {
  test('lists everything that is missing at once', () => {
    expect(refusals({ NODE_ENV: 'production' })).toEqual([
      'PUBLIC_URL must be set in production; for example: https://auth.example.com',
      expect.stringMatching(/^DATABASE_URL must be set in production; for example: postgres:/),
      expect.stringMatching(/^SMTP_URL must be set in production; for example: smtps:/),
      'MAIL_FROM must be set in production; for example: Example <no-reply@example.com>',
      'SECRET_KEY must be set in production; for example: the output of: openssl rand -base64 48',
    ]);
  });

  test('lists everything that is unsafe at once', () => {
    const lines = production({
      PUBLIC_URL: 'http://auth.example.com',
      APP_URL: 'http://app.example.com',
      CORS_ORIGINS: '*',
      SMTP_URL: 'smtp://mail.example.com?tls.rejectUnauthorized=false',
      SECRET_KEY: 'changeme',
      ROUTER_SECRET: 'sixteen-letters-',
      ACCESS_TOKEN_TTL: '16m',
      RATE_LIMITS: 'off',
      SIGNUP_ROLES: 'user,admin',
      DEFAULT_ROLE: 'Editor',
      PORT: 'no',
    });
    expect(lines.map((line) => line.split(' ')[0])).toEqual([
      'PORT',
      'PUBLIC_URL',
      'APP_URL',
      'CORS_ORIGINS',
      'SMTP_URL',
      'SECRET_KEY',
      'ROUTER_SECRET',
      'ACCESS_TOKEN_TTL',
      'SIGNUP_ROLES',
      'DEFAULT_ROLE',
      'RATE_LIMITS',
    ]);
  });

  test.each([
    'smtps://mail.example.com?tls.rejectUnauthorized=false',
    'smtp://mail.example.com?name=a&tls.rejectUnauthorized=0',
    'smtp://mail.example.com?tls%2ErejectUnauthorized=false',
    'smtp://mail.example.com?ignoreTLS=true',
  ])('refuses mail without verified TLS: %s', (SMTP_URL) => {
    expect(production({ SMTP_URL })).toEqual([expect.stringMatching(/^SMTP_URL must not turn off TLS/)]);
    expect(development({ SMTP_URL })).toEqual([]);
  });

  test('accepts mail options that leave TLS on', () => {
    expect(production({ SMTP_URL: 'smtp://mail.example.com?requireTLS=true&ignoreTLS=false&name=a.example' })).toEqual(
      [],
    );
  });

  test.each(['requireTLS=on', 'requireTLS=yes', 'requireTLS=True', 'requireTLS=', 'ignoreTLS=yes', 'requireTLS'])(
    'a mail option that is neither yes nor no is refused: %s',
    (query) => {
      for (const refused of [production, development]) {
        expect(refused({ SMTP_URL: `smtp://mail.example.com?${query}` })).toEqual([
          expect.stringMatching(/^SMTP_URL must have true or false for requireTLS/),
        ]);
      }
    },
  );

  test('a mail server without a port that can be reached is refused', () => {
    expect(production({ SMTP_URL: 'smtp://mail.example.com:0' })).toEqual([
      expect.stringMatching(/^SMTP_URL must name a port/),
    ]);
  });

  test.each([
    ['BRAND_LOGO_URL', 'https://example.com/logo.png?v=2'],
    ['SUPPORT_URL', 'https://example.com/help?lang=de#mail'],
    ['SIGN_IN_URL', 'https://example.com/#/login'],
  ])('%s may have a query and a fragment', (name, value) => {
    expect(production({ [name]: value })).toEqual([]);
  });

  test('a name of the app that turns the text around it is refused', () => {
    expect(production({ APP_NAME: 'Acme\u202Ex' })).toHaveLength(1);
  });

  test('bounds the life of access tokens', () => {
    expect(production({ ACCESS_TOKEN_TTL: '15m' })).toEqual([]);
    expect(production({ ACCESS_TOKEN_TTL: '30s' })).toEqual([]);
    expect(production({ ACCESS_TOKEN_TTL: '901' })[0]).toMatch(/^ACCESS_TOKEN_TTL .* from 30s to 15m/);
    expect(production({ ACCESS_TOKEN_TTL: '29s' })).toHaveLength(1);
    expect(loadSettings({ ACCESS_TOKEN_TTL: '1s' }).accessTokenTtl).toBe(1);
  });

  test('an unknown NODE_ENV is refused', () => {
    for (const NODE_ENV of ['prod', 'Production', 'staging']) {
      expect(development({ NODE_ENV })[0]).toMatch(/^NODE_ENV must be one of development, test, production/);
    }
    expect(refusals({ NODE_ENV: ' production ' }).length).toBeGreaterThan(1);
  });
});

describe('TLS of the database', () => {
  test.each(['sslmode=required', 'sslmode=', 'sslmode=verify-ca', 'sslmode=verify-ca&sslrootcert='])(
    '%s is refused',
    (query) => {
      for (const name of ['DATABASE_URL', 'DATABASE_DIRECT_URL']) {
        const [line] = development({ [name]: `postgres://u:canary@localhost/a?${query}` });
        expect(line).toMatch(new RegExp(`^${name} must (have an sslmode of|set sslrootcert to)`));
        expect(line).not.toContain('canary');
      }
    },
  );
});

describe('production in the clear', () => {
  const warned = (env: Record<string, string>) =>
    transportWarnings(loadSettings({ ...PRODUCTION, ...env })).map((warning) => warning.split(' ')[0]);

  test.each([
    [{ DATABASE_URL: 'postgres://u:canary@db.example.com/a' }, ['DATABASE_URL']],
    [{ DATABASE_URL: 'postgres://u:canary@10.0.0.5/a?sslmode=disable' }, ['DATABASE_URL']],
    [{ DATABASE_URL: 'postgres://u:canary@db/a?sslmode=prefer' }, ['DATABASE_URL']],
    [{ DATABASE_URL: 'postgres://u:canary@localhost/a?host=db.example.com' }, ['DATABASE_URL']],
    [
      { DATABASE_URL: 'postgres://u@localhost/a', DATABASE_DIRECT_URL: 'postgresql://u:canary@db/a' },
      ['DATABASE_DIRECT_URL'],
    ],
    [{ REDIS_URL: 'redis://:canary@cache.example.com:6379' }, ['REDIS_URL']],
    [{ SMTP_URL: 'smtp://mail.example.com?requireTLS=false' }, ['SMTP_URL']],
    [{ DATABASE_URL: 'postgres://u@db/a', REDIS_URL: 'redis://cache' }, ['DATABASE_URL', 'REDIS_URL']],
  ])('%j is warned about', (env, names) => {
    const safe = { DATABASE_URL: 'postgres://u@localhost/a', SMTP_URL: 'smtps://mail.example.com' };
    expect(warned({ ...safe, ...env })).toEqual(names);
    expect(transportWarnings(loadSettings({ ...PRODUCTION, ...env })).join()).not.toContain('canary');
    const { NODE_ENV: _, ...development } = PRODUCTION;
    expect(transportWarnings(loadSettings({ ...development, ...env }))).toEqual([]);
  });

  test.each([
    'postgres://u@localhost/a',
    'postgres://u@127.0.0.1:5432/a',
    'postgres://u@[::1]/a',
    'postgres://u@%2Fvar%2Frun%2Fpostgresql/a',
    'postgres://u@localhost/a?host=/var/run/postgresql',
    'postgres://u@db.example.com/a?sslmode=require',
    'postgres://u@db.example.com/a?sslmode=verify-full&sslrootcert=system',
    'postgres://u@db.example.com/a?ssl=true',
  ])('DATABASE_URL %s is not', (DATABASE_URL) => {
    const others = { REDIS_URL: 'rediss://cache.example.com', SMTP_URL: 'smtp://mail.example.com' };
    expect(warned({ DATABASE_URL, ...others })).toEqual([]);
    expect(warned({ DATABASE_URL, REDIS_URL: 'redis://localhost:6379' })).toEqual([]);
  });
});

describe('secrets', () => {
  const weak = [
    'changeme',
    'secret',
    'your-secret-key',
    'supersecret',
    'keyboard cat',
    'please-change-me',
    'CHANGEME-changeme-ChangeMe-changeme!',
    'your-256-bit-secret-your-256-bit-secret',
    'please-change-me-in-production-1234567890',
    'a-string-secret-at-least-256-bits-long',
    'super_secret_jwt_signing_key_for_development',
    'x'.repeat(64),
    '0123456789abcdef'.repeat(2),
    '0123456789abcdef'.repeat(4),
    `${'k8Zq1'.repeat(7)}k8`,
    'aabbccddeeffgghhaabbccddeeffgghi',
    'abababcdcdcdefefefababcdcdefabcdefab',
    'qwertyuiopasdfghjklzxcvbnm1234567890',
    'QWERTYUIOP-asdfghjkl-zxcvbnm-qwertyuiop',
    '1qaz2wsx3edc4rfv5tgb6yhn7ujm8ik9ol0p',
    'poiuytrewqlkjhgfdsamnbvcxz0987654321',
    'ourlittlephrase1ourlittlephrase2ourlittlephrase3',
    'blue heron 1, blue heron 2, blue heron 3, blue heron 4',
    'abcdefghijklmnopqrstuvwxyz0123456789',
    'zyxwvutsrqponmlkjihgfedcba9876543210',
    'replace-with-the-output-of-openssl-rand-base64-48',
    // Rows of other layouts: Russian, Ukrainian, German, French, Dvorak, Colemak, Turkish, Greek, Hebrew.
    'йцукенгшщзхъфывапролджэячсмитьбю',
    'ЙЦУКЕН-йцукен-ФЫВАПР-ячсмит-1234567890',
    'юбьтимсчяэждлорпавыфъхзщшгнекуцй',
    'йцукенгшщзхїфівапролджєячсмитьбю',
    'абвгдеёжзийклмнопрстуфхцчшщъыьэюя',
    '1йфя2цыч3увс4кам5епи6нрт7гоь8шлб9щдю',
    '1й2ц3у4к5е6н7г8ш9щ0з-фывапролджэячсм',
    'qwertzuiopü+asdfghjklöä#<yxcvbnm,.-',
    '1qay2wsx3edc4rfv5tgb6zhn7ujm8ik9ol0p',
    'azertyuiopqsdfghjklmwxcvbn1234567890',
    '1aqw2zsx3edc4rfv5tgb6yhn7uj8ik9ol0pm',
    "',.pyfgcrl/=aoeuidhtns-;qjkxbmwvz1234",
    'qwfpgjluyarstdhneiozxcvbkm0987654321',
    'fgğıodrnhpqwuieaütkmlyşjövcçzsb1234',
    ';ςερτυθιοπασδφγηξκλζχψωβνμ1234567890',
    'קראטוןםפשדגכעיחלךףזסבהנמצתץ1234567890',
    'qazxswedcvfrtgbnhyujmkiolp1234567890',
    'qweasdzxcrtyfghvbnuiojklm-0987654321',
    'qpwoeirutyalskdjfhgzmxncbv0192837465',
    'ｑｗｅｒｔｙｕｉｏｐ-ａｓｄｆｇｈｊｋｌ-ｚｘｃｖｂｎｍ',
    // Phrases that come again.
    'синий кит плывёт 1, синий кит плывёт 2, синий кит плывёт 3',
    'Der blaue Wal schwimmt! der blaue wal schwimmt?',
    'un gato verde un gato verde un gato verde',
    'quiet-heron-Quiet-Heron-QUIET-HERON-qu',
  ];

  test.each(weak)('%s is refused in production and never printed', (value) => {
    for (const name of ['SECRET_KEY', 'SECRET_KEY_PREVIOUS', 'ROUTER_SECRET']) {
      const lines = production({ [name]: value });
      expect(lines.map((line) => line.split(' ')[0])).toEqual([name]);
      // The word "secret" belongs to the reason itself.
      if (value !== 'secret') expect(lines.join().toLowerCase()).not.toContain(value.toLowerCase());
    }
  });

  test.each([
    [STRONG],
    [ALSO_STRONG],
    ['fjord-vivid-quartz-bumble-nymph-waxed'],
    ['mU3+Xk/0pTq9aVbZy8Wc2Rj5Lh7Nf1Gd4Se6Io=='],
  ])('a good one is accepted: %s', (value) => {
    expect(weaknessOf(value)).toBeUndefined();
    expect(production({ SECRET_KEY: value })).toEqual([]);
  });

  test.each([
    ['keyboard cat keyboard cat keyboard cat', 'is a well-known sample secret'],
    ['k8Zq1mW0xT4vk8Zq1mW0xT4vk8Zq1mW0xT4v', 'repeats itself'],
    ['k8Zq1mW0xT4v-K8zQ1Mw0Xt4V_', 'repeats itself'],
    ['q0m7zq7m0z7q0zmm7qz0q7zzm0qm70zq', 'has fewer than 8 different characters'],
    ['abcdefghijklmnopqrstuvwxyz0123456789', 'is a sequence of neighbouring characters'],
    [STRONG, undefined],
  ])('%s %s', (value, weakness) => {
    expect(weaknessOf(value)).toBe(weakness);
  });

  const words = dictionary['diceware-common'].map(String);
  const diceware = (separator: string) => () => {
    const chosen: string[] = [];
    while (chosen.join(separator).length < 32 || chosen.length < 6) chosen.push(words[randomInt(words.length)] ?? '');
    return chosen.join(separator);
  };
  const random: [kind: string, make: () => string][] = [
    ['32 hexadecimal digits', () => randomBytes(16).toString('hex')],
    ['64 hexadecimal digits', () => randomBytes(32).toString('hex')],
    ['base64 of 24 bytes', () => randomBytes(24).toString('base64')],
    ['base64 of 48 bytes', () => randomBytes(48).toString('base64')],
    ['base64url of 24 bytes', () => randomBytes(24).toString('base64url')],
    ['base64url of 32 bytes', () => randomBytes(32).toString('base64url')],
    ['a UUID', randomUUID],
    ['a UUID without dashes', () => randomUUID().replaceAll('-', '').toUpperCase()],
    ['words with dashes', diceware('-')],
    ['words with blanks', diceware(' ')],
    ['words without anything between', diceware('')],
  ];

  test.each(random)('%s is accepted, 10,000 times', (_kind, make) => {
    const refused = Array.from({ length: 10_000 }, make).filter((value) => weaknessOf(value) !== undefined);
    expect(refused).toEqual([]);
  });

  test('each sample of the documentation is refused in production', () => {
    const samples = parseEnv(uncomment(renderEnvironmentExample()));
    for (const name of ['SECRET_KEY', 'SECRET_KEY_PREVIOUS', 'ROUTER_SECRET']) {
      expect(samples[name]?.length).toBeGreaterThanOrEqual(32);
      expect(production({ SECRET_KEY: samples[name] })[0]).toMatch(/^SECRET_KEY is a well-known sample secret/);
    }
  });

  test('a short one is refused everywhere', () => {
    expect(development({ SECRET_KEY: STRONG.slice(1) })[0]).toMatch(/^SECRET_KEY must be at least 32 characters/);
    expect(development({ SECRET_KEY: STRONG })).toEqual([]);
    expect(development({ ROUTER_SECRET: STRONG.slice(0, 15) })[0]).toMatch(/^ROUTER_SECRET must be at least 16/);
    expect(development({ ROUTER_SECRET: STRONG.slice(0, 16) })).toEqual([]);
    expect(production({ ROUTER_SECRET: ALSO_STRONG.slice(0, 31) })[0]).toMatch(/^ROUTER_SECRET must be at least 32/);
  });

  test('one key must not serve twice', () => {
    const lines = development({ SECRET_KEY: STRONG, SECRET_KEY_PREVIOUS: STRONG, ROUTER_SECRET: STRONG });
    expect(lines).toEqual([
      expect.stringMatching(/^SECRET_KEY must differ from SECRET_KEY_PREVIOUS/),
      expect.stringMatching(/^SECRET_KEY must differ from ROUTER_SECRET/),
    ]);
    expect(production({ SECRET_KEY_PREVIOUS: ALSO_STRONG, ROUTER_SECRET: `${ALSO_STRONG}9` })).toEqual([]);
  });

  test('no refused value of any setting is printed', () => {
    const marker = 'zq-hidden-7';
    const names = Object.keys(parseEnv(uncomment(renderEnvironmentExample())));
    for (const name of names) {
      expect(refusals({ [name]: `${marker} *\t` }).join()).not.toContain(marker);
      expect(refusals({ ...PRODUCTION, [name]: `ftp://user:${marker}@host/ ` }).join()).not.toContain(marker);
      expect(refusals({ [`${name}_FILE`]: `/nowhere/${marker}` }).join()).not.toContain(marker);
    }
    expect(names.length).toBeGreaterThan(40);
  });
});

describe('secrets from files', () => {
  test('are read without the trailing newline', () => {
    const env = {
      SECRET_KEY_FILE: file('key', `${STRONG}\r\n`),
      DATABASE_URL_FILE: file('database', 'postgres://db/gatehouse\n'),
      REDIS_URL_FILE: file('redis', 'rediss://cache'),
    };
    expect(loadSettings(env)).toMatchObject({
      secretKey: STRONG,
      databaseUrl: 'postgres://db/gatehouse',
      databaseDirectUrl: 'postgres://db/gatehouse',
      redisUrl: 'rediss://cache',
    });
    const { SECRET_KEY: _, ...rest } = PRODUCTION;
    expect(loadSettings({ ...rest, SECRET_KEY_FILE: env.SECRET_KEY_FILE }).secretKey).toBe(STRONG);
  });

  test.each([
    'SECRET_KEY',
    'SECRET_KEY_PREVIOUS',
    'ROUTER_SECRET',
    'DATABASE_URL',
    'DATABASE_DIRECT_URL',
    'REDIS_URL',
    'SMTP_URL',
  ])('%s_FILE that is missing, empty or doubled is refused once', (name) => {
    const variable = `${name}_FILE`;
    const refused = (env: Record<string, string>) => development(env).map((line) => line.split(';')[0]);
    expect(refused({ [variable]: join(folder, 'absent') })).toEqual([
      `${variable} names a file that cannot be read (ENOENT)`,
    ]);
    expect(refused({ [variable]: folder })).toEqual([`${variable} names a file that cannot be read (EISDIR)`]);
    expect(refused({ [variable]: file('empty', '\n') })).toEqual([`${variable} names a file that is empty`]);
    expect(refused({ [variable]: file('good', STRONG), [name]: STRONG })).toEqual([
      `${variable} must not be set together with ${name}`,
    ]);
  });

  test('only secrets have them', () => {
    expect(loadSettings({ PORT_FILE: '/nowhere' }).port).toBe(4000);
  });

  test('the content is checked like a variable', () => {
    expect(production({ SECRET_KEY: undefined, SECRET_KEY_FILE: file('weak', 'changeme\n') })).toEqual([
      'SECRET_KEY is a well-known sample secret; for example: the output of: openssl rand -base64 48',
    ]);
  });
});

describe('durations', () => {
  test.each([
    ['60s', 60],
    ['15m', 900],
    ['1h', 3600],
    ['14d', 1_209_600],
    ['90', 90],
  ])('%s is %i seconds', (text, seconds) => {
    expect(loadSettings({ REFRESH_TOKEN_TTL: text }).refreshTokenTtl).toBe(seconds);
  });

  test.each(['0', '0m', '-5m', '1.5h', '15 m', '15M', '1w', '10ms', 'm', '1h30m', '9999d', '1e3', '٣m'])(
    '%s is refused',
    (text) => {
      expect(development({ REFRESH_TOKEN_TTL: text })[0]).toMatch(/^REFRESH_TOKEN_TTL must be a duration .*: 7d$/);
    },
  );

  test('are described in their largest unit', () => {
    expect([0, 1, 90, 900, 3600, 7 * 86_400].map(describeSeconds)).toEqual(['0s', '1s', '90s', '15m', '1h', '7d']);
  });
});

describe('addresses', () => {
  test.each([
    ['https://auth.example.com///', 'https://auth.example.com'],
    ['HTTPS://Auth.Example.com:443/accounts/', 'https://auth.example.com/accounts'],
    ['http://[::1]:4000', 'http://[::1]:4000'],
  ])('PUBLIC_URL %s is kept as %s', (text, kept) => {
    expect(loadSettings({ PUBLIC_URL: text }).publicUrl).toBe(kept);
  });

  test.each(['auth.example.com', 'ftp://a.example', 'https://user:pw@a.example', 'https://a.example?b', 'https://a/#'])(
    'PUBLIC_URL %s is refused',
    (text) => {
      expect(development({ PUBLIC_URL: text })[0]).toMatch(/^PUBLIC_URL must be an http or https address/);
    },
  );

  test('CORS_ORIGINS keeps exact origins, once each', () => {
    const text = 'https://a.example, http://localhost:5173,https://a.example';
    expect(loadSettings({ CORS_ORIGINS: text }).corsOrigins).toEqual(['https://a.example', 'http://localhost:5173']);
  });

  test.each([
    'capacitor://localhost',
    'ionic://localhost',
    'tauri://localhost',
    'http://tauri.localhost',
    'chrome-extension://abcdefghijklmnopabcdefghijklmnop',
    'moz-extension://6f1d6b8e-1a2b-4c3d-8e9f-001122334455',
  ])('CORS_ORIGINS takes %s, also in production', (text) => {
    expect(loadSettings({ ...PRODUCTION, CORS_ORIGINS: `https://a.example,${text}` }).corsOrigins).toContain(text);
  });

  test.each([
    'https://a.example/',
    'capacitor://localhost/',
    'capacitor://',
    'ionic://localhost:80/a',
    'javascript://a',
    'data://a',
    'https://a.example/app',
    'https://A.example',
    'https://a.example:443',
    'https://user@a.example',
    'a.example',
    'null',
    'file:///a',
    'https://a.example,',
  ])('CORS_ORIGINS %s is refused', (text) => {
    expect(development({ CORS_ORIGINS: text })[0]).toMatch(/^CORS_ORIGINS entry [12] must be a bare http or https/);
  });

  test('a wildcard origin is refused everywhere, with its reason', () => {
    for (const text of ['*', 'https://*.example.com', 'https://a.example,*']) {
      expect(development({ CORS_ORIGINS: text })[0]).toMatch(
        /^CORS_ORIGINS entry [12] has a wildcard, which would let/,
      );
      expect(production({ CORS_ORIGINS: text })).toHaveLength(1);
    }
    expect(production({ CORS_ORIGINS: 'http://localhost:5173' })[0]).toMatch(/bare https origin in production/);
  });

  test('TRUSTED_PROXIES takes addresses and ranges', () => {
    const proxies = ['10.0.0.0/8', '192.168.1.10', '::1', 'fd00::/8'];
    expect(loadSettings({ TRUSTED_PROXIES: proxies.join(', ') }).trustedProxies).toEqual(proxies);
  });

  test.each(['loopback', 'private', 'loopback, private,203.0.113.9', '1', '10'])('TRUSTED_PROXIES takes %s', (text) => {
    expect(loadSettings({ TRUSTED_PROXIES: text }).trustedProxies).toEqual(
      text.split(',').map((entry) => entry.trim()),
    );
  });

  test.each([
    'true',
    'localhost',
    '10.0.0.0/33',
    '127.1',
    '0x7f.0.0.1',
    '0',
    '11',
    '1,10.0.0.1',
    '300.1.1.1',
    '10.0.0.1,',
    'fd00::/129',
  ])('TRUSTED_PROXIES %s is refused', (text) => {
    expect(development({ TRUSTED_PROXIES: text })[0]).toMatch(/^TRUSTED_PROXIES entry [12] must be an IP address/);
  });

  test('TRUSTED_PROXIES does not trust everybody', () => {
    for (const text of ['0.0.0.0/0', '::/0']) {
      expect(development({ TRUSTED_PROXIES: text })[0]).toMatch(/^TRUSTED_PROXIES entry 1 trusts every address/);
    }
  });

  test.each([
    ['DATABASE_URL', 'mysql://db/a'],
    ['DATABASE_DIRECT_URL', 'db/a'],
    ['REDIS_URL', 'http://cache'],
    ['SMTP_URL', 'mail.example.com:25'],
    ['SMTP_URL', 'smtp://mail.example.com\n.evil.example'],
  ])('%s with the wrong scheme is refused', (name, text) => {
    expect(development({ [name]: text })[0]).toMatch(new RegExp(`^${name} must be a URL that starts with `));
  });

  test('HIBP_BASE_URL is a mirror or a folder, and switches the check on', () => {
    const source = (HIBP_BASE_URL: string) => {
      const { breachCheck, hibpBaseUrl } = loadSettings({ HIBP_BASE_URL });
      expect(breachCheck).toBe(true);
      return hibpBaseUrl;
    };
    expect(source('http://localhost:8080/ranges/')).toBe('http://localhost:8080/ranges');
    const ranges = join(folder, 'breached ranges');
    mkdirSync(ranges);
    writeFileSync(join(ranges, '21BD1'), '');
    expect(source(ranges)).toBe(pathToFileURL(ranges).href);
    expect(source(pathToFileURL(ranges).href)).toBe(pathToFileURL(ranges).href);
    expect(loadSettings({ HIBP_BASE_URL: ranges, BREACH_CHECK: 'off' }).breachCheck).toBe(false);
    for (const wrong of ['ranges', './ranges', 'ftp://a.example', 'file://other.example/ranges']) {
      expect(development({ HIBP_BASE_URL: wrong })).toEqual([expect.stringMatching(/^HIBP_BASE_URL must be/)]);
    }
    expect(production({ HIBP_BASE_URL: 'http://mirror.example.com' })).toEqual([
      expect.stringMatching(/^HIBP_BASE_URL must be an https address .* or the absolute path of a folder/),
    ]);
    expect(production({ HIBP_BASE_URL: ranges })).toEqual([]);
  });

  test.each(['APP_NAME', 'TWO_FACTOR_ISSUER'])('%s can be seen', (name) => {
    for (const text of UNSEEN_NAMES.filter((unseen) => unseen.trim() !== '')) {
      expect(development({ [name]: text }), text).toEqual([
        expect.stringMatching(new RegExp(`^${name} must .{9,}; for example: .`)),
      ]);
      expect(loadSettings({ MAIL_FROM: `${text} <a@b.example>` }).appName, text).toBe('Gatehouse');
    }
    for (const text of SEEN_NAMES.filter((seen) => seen !== ':'))
      expect(development({ [name]: text }), text).toEqual([]);
  });

  test('MAIL_FROM is one address', () => {
    const good = ['no-reply@localhost', 'A. Sender <a+b@x.example>', '"Sender, Inc." <a@x.example>', '<a@x.example>'];
    for (const MAIL_FROM of good) expect(loadSettings({ MAIL_FROM }).mailFrom).toBe(MAIL_FROM);
    const bad = [
      'nobody',
      'a@x.example, b@x.example',
      'A <a@x.example>, B <b@x.example>',
      'A <a@x.example>\r\nBcc: b@x.example',
      'A\n<a@x.example>',
      '"A\r\nBcc: b" <a@x.example>',
      'a@x.example\u0000',
      'A <a@x.example',
      `${'a'.repeat(65)}@x.example`,
      'a..b@x.example',
      'a@foo-.example',
      'A <a@\u202Ex.example>',
    ];
    for (const MAIL_FROM of bad) expect(development({ MAIL_FROM }), MAIL_FROM).toHaveLength(1);
    for (const name of ['SUPPORT_EMAIL', 'MAIL_REPLY_TO']) {
      for (const text of ['a..b@x.example', 'a@foo-.example', `${'a'.repeat(65)}@x.example`]) {
        expect(development({ [name]: text }), text).toHaveLength(1);
      }
    }
    expect(loadSettings({ MAIL_REPLY_TO: 'post@bücher.example' }).mailReplyTo).toBe('post@xn--bcher-kva.example');
  });
});

describe('choices', () => {
  test('switches take every spelling', () => {
    for (const text of ['true', '1', 'on', 'yes', 'YES']) {
      expect(loadSettings({ USERNAME_REQUIRED: text }).usernameRequired).toBe(true);
    }
    for (const text of ['false', '0', 'off', 'no', 'Off'])
      expect(loadSettings({ RUN_WORKER: text }).runWorker).toBe(false);
    expect(development({ TERMS_REQUIRED: 'maybe' })[0]).toMatch(/^TERMS_REQUIRED must be one of true/);
    expect(loadSettings({ ...PRODUCTION, GRAPHQL_IDE: 'on', INTROSPECTION: 'on' })).toMatchObject({
      graphqlIde: true,
      introspection: true,
    });
  });

  test('COOKIE_SAME_SITE ignores case, and none needs https', () => {
    expect(loadSettings({ COOKIE_SAME_SITE: 'Lax' }).cookieSameSite).toBe('lax');
    expect(development({ COOKIE_SAME_SITE: 'none' })[0]).toMatch(
      /^COOKIE_SAME_SITE must not be none unless PUBLIC_URL/,
    );
    expect(loadSettings({ COOKIE_SAME_SITE: 'None', PUBLIC_URL: 'https://a.example' }).cookieSameSite).toBe('none');
    expect(production({ COOKIE_SAME_SITE: 'none' })).toEqual([]);
    expect(development({ COOKIE_SAME_SITE: 'loose' })).toHaveLength(1);
    // Whether a refused address would have been https is not guessed at.
    for (const PUBLIC_URL of ['nonsense', 'ftp://a.example']) {
      expect(development({ COOKIE_SAME_SITE: 'none', PUBLIC_URL })).toEqual([expect.stringMatching(/^PUBLIC_URL/)]);
    }
    expect(production({ COOKIE_SAME_SITE: 'none', PUBLIC_URL: '' })).toEqual([expect.stringMatching(/^PUBLIC_URL/)]);
  });

  test('roles', () => {
    expect(development({ SIGNUP_ROLES: 'user,admin' })[0]).toMatch(/^SIGNUP_ROLES entry 2 must not be admin/);
    expect(development({ SIGNUP_ROLES: 'User' })[0]).toMatch(/^SIGNUP_ROLES entry 1 must be a role name/);
    expect(development({ SIGNUP_ROLES: `a${'b'.repeat(32)}` })).toHaveLength(1);
    expect(development({ DEFAULT_ROLE: 'guest' })[0]).toMatch(/^DEFAULT_ROLE must be one of SIGNUP_ROLES/);
    expect(loadSettings({ SIGNUP_ROLES: 'user,guest', DEFAULT_ROLE: 'guest' }).defaultRole).toBe('guest');
  });

  test.each([
    ['PORT', '65536'],
    ['PORT', '4000.5'],
    ['PORT', '0x10'],
    ['DATABASE_POOL_MAX', '0'],
    ['REFRESH_REUSE_GRACE_SECONDS', '61'],
    ['PASSWORD_MIN_LENGTH', '7'],
    ['PASSWORD_MIN_LENGTH', '65'],
    ['CODE_MAX_ATTEMPTS', '0'],
    ['PASSWORD_POLICY', 'none'],
    ['JWT_ALGORITHM', 'HS256'],
    ['JWT_ISSUER', 'not a url: at all'],
    ['LOG_LEVEL', 'loud'],
    ['HOST', 'https://a.example'],
    ['PURGE_SESSIONS_AFTER', '1h'],
    ['PURGE_MAILS_AFTER', '0'],
    ['PURGE_UNVERIFIED_AFTER', '23h'],
    ['AUDIT_RETENTION', '29d'],
  ])('%s=%s is refused', (name, text) => {
    expect(development({ [name]: text })).toEqual([
      expect.stringMatching(new RegExp(`^${name} must be .*; for example: .`)),
    ]);
  });

  test('a grace of zero seconds is strict', () => {
    expect(loadSettings({ REFRESH_REUSE_GRACE_SECONDS: '0' }).refreshReuseGraceSeconds).toBe(0);
  });
});

describe('rate limits', () => {
  test('are on, off, or on with other windows', () => {
    expect(loadSettings({ RATE_LIMITS: 'off' }).rateLimits).toEqual({ enabled: false, factor: 1, overrides: {} });
    const text = 'login=25/1h, login=5/60,login:account=10/1h,mail:address=5/1h';
    expect(loadSettings({ ...PRODUCTION, RATE_LIMITS: text }).rateLimits).toEqual({
      enabled: true,
      factor: 1,
      overrides: {
        login: [
          { points: 25, seconds: 3600 },
          { points: 5, seconds: 60 },
        ],
        'login:account': [{ points: 10, seconds: 3600 }],
        'mail:address': [{ points: 5, seconds: 3600 }],
      },
    });
  });

  test('has a window for every limit that there is', () => {
    const text = limitNames.map((name) => `${name}=7/1h`).join(',');
    expect(Object.keys(loadSettings({ RATE_LIMITS: text }).rateLimits.overrides).sort()).toEqual(limitNames.toSorted());
  });

  test('D5: are loose outside production, and as the table says in it', () => {
    expect(loadSettings({}).rateLimits).toEqual({ enabled: true, factor: 20, overrides: {} });
    expect(loadSettings({ RATE_LIMITS: 'on' }).rateLimits).toEqual({ enabled: true, factor: 1, overrides: {} });
    expect(loadSettings(PRODUCTION).rateLimits).toEqual({ enabled: true, factor: 1, overrides: {} });
  });

  test('off and loose are refused in production, in any case', () => {
    for (const text of ['off', 'OFF', 'loose', 'Loose'])
      expect(production({ RATE_LIMITS: text })[0]).toMatch(/^RATE_LIMITS must not be (off|loose)/);
  });

  test.each(['maybe', 'login', 'login=0/1h', 'login=5', 'login=5/', 'login=5/0s', 'log_in=5/1h', 'login=5/1h,'])(
    '%s is refused',
    (text) => {
      expect(development({ RATE_LIMITS: text })).toEqual([
        expect.stringMatching(/^RATE_LIMITS must be on, loose, off or/),
      ]);
    },
  );
});

describe('C11: names of limits', () => {
  test.each([
    ['logn=5/1h', 'entry 1 is not the name of a limit; did you mean login?'],
    ['sigunp=5/1h', 'entry 1 is not the name of a limit; did you mean signup?'],
    ['verifyemail:client=5/1h', 'entry 1 is not the name of a limit; did you mean verifyEmail:client?'],
    ['login:Account=5/1h', 'entry 1 has an unknown scope for login: it can be client or account'],
    ['login:email=5/1h', 'entry 1 has an unknown scope for login: it can be client or account'],
    ['mail:user=5/1h', 'entry 1 has an unknown scope for mail: it can be address'],
    ['signup=5/1h,toString=1/1h', 'entry 2 is not the name of a limit: it can be '],
    ['constructor=1/1s', 'entry 1 is not the name of a limit: it can be '],
  ])('%s is refused with what can be named', (text, reason) => {
    expect(development({ RATE_LIMITS: text })).toEqual([expect.stringContaining(`RATE_LIMITS ${reason}`)]);
  });

  test('are listed with every other problem at once', () => {
    const lines = production({
      RATE_LIMITS: 'logn=5/1h,login=5',
      PORT: 'x',
      SMTP_URL: 'smtps://u:50%off@mail.example',
    });
    expect(lines.map((line) => line.split(' ')[0])).toEqual(['PORT', 'SMTP_URL', 'RATE_LIMITS', 'RATE_LIMITS']);
  });
});

describe('C11: refusals', () => {
  const connections = [
    ['DATABASE_URL', 'postgres'],
    ['DATABASE_DIRECT_URL', 'postgresql'],
    ['REDIS_URL', 'redis'],
    ['REDIS_URL', 'rediss'],
    ['SMTP_URL', 'smtp'],
    ['SMTP_URL', 'smtps'],
  ] as const;

  test.each(connections)('%s by %s tells how to write what is special in a password', (name, scheme) => {
    for (const special of [
      '50%',
      '%zz-canary',
      '1/canary',
      'a/canary',
      '1?canary',
      '1#canary',
      'a#canary',
      'a?canary',
    ]) {
      const lines = development({ [name]: `${scheme}://user:${special}@host.example/1` });
      expect(lines, special).toEqual([
        expect.stringMatching(new RegExp(`^${name} .*write % as %25, .*; for example: ${scheme.slice(0, 4)}`)),
      ]);
      expect(lines.join()).not.toContain('canary');
    }
    for (const right of ['50%25', '%40%2F', '!$&*()_+-=.,;~']) {
      expect(development({ [name]: `${scheme}://user:${right}@host.example/1` }), right).toEqual([]);
    }
  });

  test.each([
    ['DATABASE_URL', 'postgres://user:p@host:99999/x', /a port up to 65535/],
    ['DATABASE_URL', ' postgres://host/x', /has white space/],
    [
      'DATABASE_URL',
      'postgres://host/x?sslrootcert=/nowhere/ca.pem',
      /names a file in sslrootcert that cannot be read \(ENOENT\)/,
    ],
    ['DATABASE_URL', 'postgres://host/50%', /% as %25/],
    ['REDIS_URL', 'redis://host/main', /must name the database by its number/],
    ['REDIS_URL', 'redis+sentinel://host:26379', /must name the master/],
    ['REDIS_URL', 'redis://one:6379,two:6379', /several hosts only for sentinels or a cluster/],
    ['REDIS_URL', 'redis+cluster://one:6379,two:99999', /contains an invalid host/],
    ['REDIS_URL', 'redis+cluster://one,two/1', /must not name a database/],
    ['REDIS_URL', 'rediss://one?sslrootcert=/nowhere/ca.pem', /names a file in sslrootcert that cannot be read/],
    ['SMTP_URL', 'smtp://', /must start with smtp:\/\/ or smtps:\/\/ and name a host/],
    ['SMTP_URL', 'smtp://mail.example?requireTSL=true', /has an unknown parameter; it can have requireTLS/],
    ['DATA_DIR', 'file:///var/lib', /must be the path of a folder, not a URL/],
    ['ACCESS_TOKEN_TTL', '15 min', /as 90s, 15m, 12h or 7d/],
  ])('%s=%s', (name, text, reason) => {
    expect(development({ [name]: text })).toEqual([expect.stringMatching(reason)]);
    expect(development({ [name]: text })[0]).toMatch(new RegExp(`^${name} .*; for example: \\S`));
  });

  // What is written as text may be nearly anything.
  const FREE_TEXT = /^(HOST|DATA_DIR|APP_NAME|JWT_ISSUER|JWT_AUDIENCE|TWO_FACTOR_ISSUER)$/;
  const names = Object.keys(settingsSchema(true).shape);
  test.each(names)('%s: each wrong text names it, a reason and an example', (name) => {
    const wrong = ['"x"', "'x'", '"', '%', '1 h', '10x', '-1', 'http://', ','];
    for (const text of FREE_TEXT.test(name) ? wrong.slice(0, 2) : wrong) {
      for (const lines of text === '"x"'
        ? [development({ [name]: text }), production({ [name]: text })]
        : [development({ [name]: text })]) {
        expect(lines.length, text).toBeGreaterThan(0);
        for (const line of lines) expect(line, text).toMatch(new RegExp(`^${name} .{9,}; for example: .`));
      }
    }
    for (const blank of ['', '  ']) {
      for (const line of [...development({ [name]: blank }), ...production({ [name]: blank })]) {
        expect(line).toMatch(new RegExp(`^${name} .{9,}; for example: .`));
      }
    }
  });
});

describe('C11: names that are no settings', () => {
  const warned = (text: string, env: Record<string, string> = {}) => unknownNameWarnings(env, file('names.env', text));

  test.each([
    ['DATABSE_URL', 'DATABASE_URL'],
    ['DATABASE_ULR', 'DATABASE_URL'],
    ['database_url', 'DATABASE_URL'],
    ['DATABASEURL', 'DATABASE_URL'],
    ['SMPT_URL', 'SMTP_URL'],
    ['MAIL_FORM', 'MAIL_FROM'],
    ['SECRETKEY', 'SECRET_KEY'],
    ['SECRET_KEY_FIEL', 'SECRET_KEY_FILE'],
    ['RATE_LIMIT', 'RATE_LIMITS'],
    ['CORS_ORIGIN', 'CORS_ORIGINS'],
    ['POTR', 'PORT'],
    ['NODE_EVN', 'NODE_ENV'],
    ['TRUSTED_PROXY', 'TRUSTED_PROXIES'],
  ])('%s is told as %s, from the file and from the environment', (typed, meant) => {
    expect(warned(`${typed}=hunter2-canary\n`)).toEqual([
      expect.stringMatching(new RegExp(`not a setting and is ignored; did you mean ${meant}\\?$`)),
    ]);
    if (typed.length < 9) return;
    expect(warned('', { [typed]: 'x' })).toEqual([
      expect.stringMatching(new RegExp(`^The environment .*did you mean ${meant}\\?$`)),
    ]);
  });

  test('no value and no piece of a key is told', () => {
    const [one, two] = warned('COLOUR_OF_MAILS=hunter2\nMIIEvQIBADANBgkqhkiG9w0BAQ==\n');
    expect(one).toMatch(/^\S+names\.env sets COLOUR_OF_MAILS, which is not a setting/);
    expect(two).toMatch(/sets a name, which is not a setting/);
    expect(warned('MAIL_FROM_FILE=/run/secrets/x\n')[0]).toMatch(
      /MAIL_FROM_FILE, which is ignored: only secrets are read from files/,
    );
  });

  test('settings, and what other programs read, are not', () => {
    const settings = readFileSync('.env.example', 'utf8');
    expect(warned(uncomment(settings))).toEqual([]);
    const foreign = [
      'NODE_OPTIONS',
      'PGSSLMODE',
      'COMPOSE_PROFILES',
      'POSTGRES_PASSWORD',
      'REDIS_PASSWORD',
      'TZ',
      'HTTPS_PROXY',
      'GATEHOUSE_MEMORY',
    ];
    expect(warned(foreign.map((name) => `${name}=1`).join('\n'))).toEqual([]);
    const usual = [
      'PATH',
      'HOME',
      'HOSTNAME',
      'APPDATA',
      'USERNAME',
      'LOGNAME',
      'XDG_DATA_DIRS',
      'API_URL',
      'npm_config_loglevel',
      'KUBERNETES_PORT',
    ];
    expect(warned('', Object.fromEntries(usual.map((name) => [name, '1'])))).toEqual([]);
    expect(unknownNameWarnings(process.env, join(folder, 'absent'))).toEqual([]);
  });
});

describe('readEnvironment', () => {
  test('loads the file, and the environment wins over it', () => {
    const path = file('.env', 'GATEHOUSE_TEST_NEW=file\nGATEHOUSE_TEST_SET=file\n');
    process.env.GATEHOUSE_TEST_SET = 'environment';
    const environment = readEnvironment(path);
    expect(environment).toBe(process.env);
    expect(environment.GATEHOUSE_TEST_NEW).toBe('file');
    expect(environment.GATEHOUSE_TEST_SET).toBe('environment');
    delete process.env.GATEHOUSE_TEST_NEW;
    delete process.env.GATEHOUSE_TEST_SET;
  });

  test('does without a file, but not with one that it cannot read', () => {
    expect(readEnvironment(join(folder, 'absent'))).toBe(process.env);
    expect(() => readEnvironment(folder)).toThrow(/ exists but cannot be read \(\w+\); for example: /);
  });
});

/** Makes every setting of the example effective. */
function uncomment(text: string): string {
  return text.replace(/^#(?=[A-Z_]+=)/gm, '');
}

/** Every setting of the example, with files of the test's own in the place of the operator's. */
function exampleSettings(): Record<string, string> {
  const files = { GEOIP_DATABASE: file('city.mmdb', mmdb({})), MAIL_TEMPLATES: tmpdir() };
  return { ...(parseEnv(uncomment(renderEnvironmentExample())) as Record<string, string>), ...files };
}

describe('K1: bounds of production', () => {
  /** Every number: the least and the most that production takes. */
  const bounds: Record<string, [least: string, most: string]> = {
    PORT: ['0', '65535'],
    SHUTDOWN_DRAIN_SECONDS: ['0', '300'],
    DATABASE_POOL_MAX: ['1', '1000'],
    DATABASE_STATEMENT_TIMEOUT_MS: ['1', '60000'],
    REQUEST_TIMEOUT_MS: ['1', '120000'],
    MAX_CONNECTIONS: ['1', '100000'],
    ACCESS_TOKEN_TTL: ['30s', '15m'],
    REFRESH_TOKEN_TTL: ['1s', '180d'],
    REFRESH_TOKEN_TTL_REMEMBERED: ['1s', '180d'],
    REFRESH_REUSE_GRACE_SECONDS: ['0', '60'],
    SESSION_ABSOLUTE_TTL: ['1s', '180d'],
    PASSWORD_MIN_LENGTH: ['8', '64'],
    PASSWORD_HISTORY: ['1', '24'],
    RESET_CODE_TTL: ['60s', '1h'],
    RESET_LINK_TTL: ['60s', '24h'],
    INVITATION_TTL: ['1h', '30d'],
    VERIFICATION_CODE_TTL: ['1s', '1d'],
    VERIFICATION_LINK_TTL: ['1s', '30d'],
    EXCHANGE_TOKEN_TTL: ['1s', '10m'],
    CODE_MAX_ATTEMPTS: ['1', '10'],
    CODE_RESEND_SECONDS: ['10', '86400'],
    LOCKOUT_THRESHOLD: ['1', '100'],
    LOCKOUT_SECONDS: ['60', '86400'],
    REAUTHENTICATION_TTL: ['1s', '1d'],
    TOTP_WINDOW: ['0', '1'],
    EMAIL_CHANGE_CODE_TTL: ['60s', '1h'],
    EMAIL_CHANGE_REVERT_TTL: ['1h', '90d'],
    SESSION_REPORT_TTL: ['1h', '90d'],
    PURGE_SESSIONS_AFTER: ['1d', '3660d'],
    PURGE_MAILS_AFTER: ['1d', '3660d'],
    PURGE_UNVERIFIED_AFTER: ['1d', '180d'],
    PURGE_DEVICES_AFTER: ['1d', '730d'],
    AUDIT_RETENTION: ['30d', '3660d'],
    METRICS_PORT: ['1', '65535'],
  };
  const proxies = (text: string): [string, string] => ['TRUSTED_PROXIES', text];
  const next = (text: string, step: number) => {
    const unit = text.replace(/\d/g, '');
    const seconds = Number.parseInt(text, 10) * ({ m: 60, h: 3_600, d: 86_400 }[unit] ?? 1);
    return String(seconds + step);
  };

  test('every number of the settings has them', () => {
    const isNumber = (type: { safeParse: (text: string) => { data?: unknown } }) =>
      ['1', '60', '1h', '8', '40d'].some((text) => typeof type.safeParse(text).data === 'number');
    const numbers = Object.entries(settingsSchema(false).shape).filter(([, type]) => isNumber(type));
    expect(numbers.map(([name]) => name).sort()).toEqual(Object.keys(bounds).sort());
  });

  test.each(Object.entries(bounds))('%s is from %s', (name, [least, most]) => {
    for (const text of [least, most]) expect(production({ [name]: text }), text).toEqual([]);
    const reason = new RegExp(`^${name} must be .{9,}; for example: \\S`);
    for (const text of [next(least, -1), next(most, 1)])
      expect(production({ [name]: text }), text).toEqual([expect.stringMatching(reason)]);
  });

  const refused: [name: string, text: string][] = [
    ['LOCKOUT_THRESHOLD', '101'],
    ['REFRESH_TOKEN_TTL_REMEMBERED', '366d'],
    ['SESSION_ABSOLUTE_TTL', '366d'],
    ['REQUEST_TIMEOUT_MS', '600000'],
    ['DATABASE_STATEMENT_TIMEOUT_MS', '600000'],
    ['MAX_CONNECTIONS', '1000000'],
    ['PURGE_DEVICES_AFTER', '3660d'],
    ['PURGE_UNVERIFIED_AFTER', '3660d'],
    ['RATE_LIMITS', 'mail:address=61/1h'],
    ['TRUSTED_PROXIES', 'fe80::/9'],
    ['TRUSTED_PROXIES', 'fc00::/6'],
    ['TRUSTED_PROXIES', 'fe00::/8'],
    ['TRUSTED_PROXIES', '64:ff9b::/96'],
    ['TRUSTED_PROXIES', '2002::/16'],
    ['TRUSTED_PROXIES', '::/64'],
    ['TRUSTED_PROXIES', Array.from({ length: 4 }, (_, index) => `2${index}00::/16`).join(',')],
    ['LOCKOUT_THRESHOLD', '1000000'],
    ['LOCKOUT_SECONDS', '1'],
    ['CODE_MAX_ATTEMPTS', '20'],
    ['CODE_RESEND_SECONDS', '0'],
    ['VERIFICATION_CODE_TTL', '366d'],
    ['VERIFICATION_LINK_TTL', '366d'],
    ['EXCHANGE_TOKEN_TTL', '1d'],
    ['REAUTHENTICATION_TTL', '366d'],
    ['EMAIL_CHANGE_REVERT_TTL', '1s'],
    ['EMAIL_CHANGE_REVERT_TTL', '366d'],
    ['SESSION_REPORT_TTL', '1s'],
    ['REFRESH_TOKEN_TTL', '366d'],
    ['RATE_LIMITS', 'login=999999999/1s'],
    ['RATE_LIMITS', 'login=10/1s'],
    ['RATE_LIMITS', 'login:account=100000/1d'],
    ['RATE_LIMITS', 'login=25/1h,verifyEmail:email=201/1h'],
    ['RATE_LIMITS', 'mail:address=1000/1h'],
    ['TRUSTED_PROXIES', '0.0.0.0/1,128.0.0.0/1'],
    ['TRUSTED_PROXIES', '0.0.0.0/2,64.0.0.0/2,128.0.0.0/2,192.0.0.0/2'],
    ['TRUSTED_PROXIES', Array.from({ length: 8 }, (_, index) => `${index + 1}.0.0.0/8`).join(',')],
    ['TRUSTED_PROXIES', '::/1,8000::/1'],
    ['TRUSTED_PROXIES', '2000::/3'],
    ['TRUSTED_PROXIES', '::ffff:0:0/96'],
    ['TRUSTED_PROXIES', '::ffff:0:0/97,::ffff:8000:0/97'],
    ['TRUSTED_PROXIES', '::ffff:0.0.0.0/97'],
    ['TRUSTED_PROXIES', '::/16'],
    ['TRUSTED_PROXIES', '::/80'],
    ['TRUSTED_PROXIES', '198.18.0.0/8,203.0.113.0/8,192.0.2.0/8,100.64.0.0/8,172.16.0.0/8'],
  ];
  test.each(refused)('refuse %s=%s with a reason, and let it be elsewhere', (name, text) => {
    const problems = production({ [name]: text });
    expect(problems).toHaveLength(1);
    expect(problems[0]).toMatch(new RegExp(`^${name} (must .*production|covers)`));
    expect(() => loadSettings({ [name]: text })).not.toThrow();
  });

  test.each([
    ['LOCKOUT_THRESHOLD', '100'],
    ['CODE_RESEND_SECONDS', '10'],
    ['VERIFICATION_CODE_TTL', '24h'],
    ['RATE_LIMITS', 'login=5000/1h,login:account=50/1h,login:account=100000/10d'],
    ['TRUSTED_PROXIES', '10.0.0.0/8,172.16.0.0/12,192.168.0.0/16,127.0.0.0/8,fc00::/7'],
    ...['fe80::/10', 'FE80::/10', 'fc00::/7', 'fd00::/8', 'fe80::/64', 'fe80::1', '::1/128', '::1'].map(proxies),
    ...['169.254.0.0/16', '100.64.0.0/10', '127.0.0.0/8', '10.0.0.0/8', '172.16.0.0/12'].map(proxies),
    ...['::ffff:169.254.0.0/112', '::ffff:100.64.0.0/106', '::ffff:127.0.0.1/104', '::ffff:a00:0/104'].map(proxies),
    proxies(
      '127.0.0.0/8,::1/128,10.0.0.0/8,172.16.0.0/12,192.168.0.0/16,100.64.0.0/10,169.254.0.0/16,fc00::/7,fe80::/10',
    ),
    ['TRUSTED_PROXIES', '::ffff:10.0.0.0/104,::ffff:203.0.113.7,::1,203.0.113.9'],
    ['TRUSTED_PROXIES', '104.16.0.0/13,172.64.0.0/13,2400:cb00::/32,2a06:98c0::/29'],
  ])('take %s=%s', (name, text) => {
    expect(production({ [name]: text })).toEqual([]);
  });
});

describe('the generated files', () => {
  test('are in step with the schema (npm run generate)', () => {
    expect(readFileSync('.env.example', 'utf8')).toBe(renderEnvironmentExample());
    expect(readFileSync('docs/settings.md', 'utf8')).toBe(renderSettingsTable());
  });

  test('.env.example changes nothing as it is', () => {
    expect(parseEnv(renderEnvironmentExample())).toEqual({});
  });

  test('.env.example names every setting and loads when all of it is uncommented', () => {
    const env = exampleSettings();
    const settings = loadSettings(env);
    const camelCase = (name: string) =>
      name.toLowerCase().replace(/_(.)/g, (_, letter: string) => letter.toUpperCase());
    expect(Object.keys(env).map(camelCase).sort()).toEqual(Object.keys(settings).sort());
  });

  test('.env.example shows the default of every setting that has one', () => {
    const shown = loadSettings(exampleSettings());
    const { trustedProxies, corsOrigins, twoFactorRequiredRoles, adminNetworks, ...defaults } = loadSettings({});
    expect([trustedProxies, corsOrigins, twoFactorRequiredRoles, adminNetworks]).toEqual([[], [], [], []]);
    const set = Object.entries(defaults).filter(([, value]) => value !== undefined);
    expect(shown).toMatchObject(Object.fromEntries(set));
  });

  test('docs/settings.md has a row for each setting and marks what is required', () => {
    const rows = renderSettingsTable().match(/^\| `[A-Z_]+` \|.*$/gm) ?? [];
    expect(rows).toHaveLength(Object.keys(loadSettings({})).length);
    const required = rows.filter((row) => row.includes('**required**')).map((row) => row.split('`')[1]);
    expect(required).toEqual(['PUBLIC_URL', 'DATABASE_URL', 'SMTP_URL', 'MAIL_FROM', 'SECRET_KEY']);
    // A pipe inside a cell would add a column.
    for (const row of rows) expect(row.match(/(?<!\\)\|/g)).toHaveLength(4);
  });
});

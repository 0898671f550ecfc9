import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { writeFileSync } from 'node:fs';
import { type AddressInfo, createServer } from 'node:net';
import { join } from 'node:path';
import { expect, it, onTestFinished } from 'vitest';
import {
  ExchangeTokenDocument,
  LoginDocument,
  LogoutDocument,
  RefreshDocument,
  SignupDocument,
  VerifyEmailDocument,
} from '../generated/operations.js';
import { createTestDatabase } from '../support/database.js';
import { eventually } from '../support/eventually.js';
import { expectType, newEmail } from '../support/journey.js';
import { codeIn, mailServer } from '../support/mail-server.js';
import { dataDirectory, sharedSettings, startProcess } from '../support/process.js';

it('refuses settings with every reason at once and none of their values', async () => {
  const gateway = await startProcess({
    dataDir: dataDirectory(),
    env: { PORT: 'four-thousand', DATABASE_URL: 'mysql://root:hunter2-canary@db/x', ACCESS_TOKEN_TTL: 'soon' },
  });
  expect(await gateway.ended()).toBe(1);
  const [head, ...reasons] = gateway.stderr().trim().split('\n');
  expect(head).toBe('The settings are invalid:');
  expect(reasons.map((line) => line.trim().split(' ')[0]).sort()).toEqual(['ACCESS_TOKEN_TTL', 'DATABASE_URL', 'PORT']);
  expect(gateway.output()).not.toMatch(/hunter2-canary|^\s+at /m);
});

it('refuses weak secrets in production, in every process', async () => {
  const env = {
    NODE_ENV: 'production',
    SECRET_KEY: 'changeme',
    ROUTER_SECRET: 'router-secret',
    PUBLIC_URL: 'http://auth.example.com',
    CORS_ORIGINS: '*',
    DATABASE_URL: 'postgres://gatehouse:password@localhost:5432/gatehouse',
    SMTP_URL: 'smtps://user:password@mail.example.com',
    MAIL_FROM: 'no-reply@example.com',
  };
  const processes = [{ entry: 'main' }, { entry: 'worker' }, { entry: 'cli/gatehouse', words: ['migrate'] }] as const;
  const children = await Promise.all(
    processes.map(({ entry, ...rest }) =>
      startProcess({ entry, dataDir: dataDirectory(), env, words: [...('words' in rest ? rest.words : [])] }),
    ),
  );
  for (const child of children) {
    expect(await child.ended()).toBe(1);
    for (const name of ['SECRET_KEY', 'ROUTER_SECRET', 'PUBLIC_URL', 'CORS_ORIGINS']) {
      expect(child.stderr()).toContain(`  ${name} `);
    }
    expect(child.output()).not.toMatch(/changeme|^\s+at /m);
  }
});

it('warns in one line each of what production sends in the clear', async () => {
  const env = {
    NODE_ENV: 'production',
    SECRET_KEY: randomBytes(48).toString('base64'),
    PUBLIC_URL: 'https://auth.example.com',
    DATABASE_URL: 'postgres://gatehouse:canary@db.invalid:5432/gatehouse',
    REDIS_URL: 'redis://:canary@cache.invalid:6379',
    RATE_LIMITS: 'on',
    SMTP_URL: 'smtp://mail.invalid?requireTLS=false',
    MAIL_FROM: 'no-reply@example.com',
  };
  const child = await startProcess({ entry: 'cli/gatehouse', words: ['migrate'], dataDir: dataDirectory(), env });
  const warned = () =>
    child
      .output()
      .split('\n')
      .filter((line) => line.startsWith('{'))
      .map((line) => JSON.parse(line))
      .filter(({ level, msg }) => level === 40 && /^[A-Z_]+_URL /.test(msg))
      .map(({ msg }) => msg.split(' ')[0]);
  await eventually(() => expect(warned()).toEqual(['DATABASE_URL', 'REDIS_URL', 'SMTP_URL']));
  expect(child.output()).not.toContain('canary');
});

it('warns of names in .env and in the environment that are no settings, with the nearest right one', async () => {
  const folder = dataDirectory();
  writeFileSync(join(folder, '.env'), 'DATABSE_URL=postgres://canary@db.invalid/x\nLOG_LEVEL=info\nNODE_OPTIONS=\n');
  const { url, drop } = await createTestDatabase();
  onTestFinished(drop);
  const env = { ...sharedSettings(url), RATE_LIMTS: 'canary' };
  const child = await startProcess({ entry: 'cli/gatehouse', words: ['migrate'], dataDir: folder, cwd: folder, env });
  expect(await child.ended()).toBe(0);
  const lines = child
    .output()
    .split('\n')
    .filter((line) => line.startsWith('{'));
  const warned = lines.map((line) => JSON.parse(line)).filter(({ level }) => level === 40);
  expect(warned.map(({ msg }) => msg)).toEqual([
    '.env sets DATABSE_URL, which is not a setting and is ignored; did you mean DATABASE_URL?',
    'The environment sets RATE_LIMTS, which is not a setting and is ignored; did you mean RATE_LIMITS?',
  ]);
  expect(child.output()).not.toContain('canary');
});

it.each([
  ['PORT', 'PORT'],
  ['HOST', 'HOST'],
  ['METRICS_PORT', 'METRICS_PORT'],
])('names %s where it cannot be listened on, and an example', async (_title, name) => {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  onTestFinished(() => void server.close());
  const port = String((server.address() as AddressInfo).port);
  const { url, drop } = await createTestDatabase();
  onTestFinished(drop);
  const wrong = name === 'HOST' ? { HOST: 'nowhere.invalid' } : { [name]: port };
  const child = await startProcess({ dataDir: dataDirectory(), env: { ...sharedSettings(url), ...wrong } });
  expect(await child.ended()).toBe(1);
  expect(child.stderr().trim()).toMatch(new RegExp(`^[^\\n]*Set ${name} to [^\\n]*, for example: \\S+$`));
});

it('logs JSON lines without a password, code, token or address through a whole journey', async () => {
  const [server, database] = await Promise.all([mailServer(), createTestDatabase()]);
  onTestFinished(() => database.drop());
  const shared = sharedSettings(database.url);
  const env = { ...shared, SMTP_URL: server.url, LOG_LEVEL: 'trace' };
  const gateway = await startProcess({ dataDir: dataDirectory(), env });
  await gateway.ready();
  const email = newEmail();
  const password = 'Canary-Pass-4711-Phrase';
  const signedUp = await gateway.ask(SignupDocument, { input: { email, password, displayName: 'With "quotes"' } });
  expectType(signedUp.data.signup, 'SignupAccepted');
  const [mail] = await server.waitFor(1, { to: email });
  const code = codeIn(mail?.text ?? '');
  const [, link = ''] = /#token=([\w-]{64})/.exec(mail?.text ?? '') ?? [];
  await gateway.ask(VerifyEmailDocument, { input: { email, code: code === '000000' ? '000001' : '000000' } });
  const verified = await gateway.ask(VerifyEmailDocument, { input: { email, code } });
  const { exchangeToken } = expectType(verified.data.verifyEmail, 'EmailVerified');
  await gateway.ask(ExchangeTokenDocument, { input: { token: exchangeToken } });
  await gateway.ask(LoginDocument, { input: { identifier: email, password: `${password}-wrong` } });
  const input = { identifier: email, password, tokenDelivery: 'BODY' as const };
  const { data } = await gateway.ask(LoginDocument, { input });
  const { accessToken, refreshToken } = expectType(data.login, 'LoginSuccess').tokens;
  await gateway.ask(RefreshDocument, { input: { refreshToken: refreshToken ?? '' } });
  await gateway.ask(LogoutDocument, {}, { token: accessToken });
  expect(await gateway.stop()).toBe(0);

  const lines = gateway.output().trim().split('\n');
  expect(lines.length).toBeGreaterThan(10);
  for (const line of lines) expect(() => JSON.parse(line), line).not.toThrow();
  const said = lines.map((line) => line.replaceAll(/"(time|requestId|outboxId)":"[^"]*"/g, '')).join('\n');
  const secrets = [password, email, link, exchangeToken, accessToken, refreshToken ?? '', shared.SECRET_KEY ?? ''];
  for (const secret of secrets) expect(said).not.toContain(secret);
  expect(said).not.toMatch(new RegExp(`\\b${code}\\b`));
  expect(said).not.toContain('$argon2id$');
});

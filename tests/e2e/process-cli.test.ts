import pg from 'pg';
import { beforeAll, expect, it } from 'vitest';
import { LoginDocument, MeDocument, RefreshDocument } from '../generated/operations.js';
import { createTestDatabase } from '../support/database.js';
import { eventually } from '../support/eventually.js';
import { expectType, PASSWORD } from '../support/journey.js';
import { type ChildGateway, dataDirectory, sharedSettings, startProcess } from '../support/process.js';

const ADMIN = 'first@example.com';

let env: Record<string, string>;
let drop: () => Promise<void>;
beforeAll(async () => {
  const database = await createTestDatabase();
  env = sharedSettings(database.url);
  drop = database.drop;
  return () => drop();
});

/** Runs a command to its end; tells its code and what it said, the log lines aside. */
async function command(name: string, words: string[], input?: string) {
  const child = await startProcess({ entry: `cli/${name}`, dataDir: dataDirectory(), env, words });
  child.type(input ?? '');
  const code = await child.ended();
  const said = child
    .output()
    .split('\n')
    .filter((line) => !line.startsWith('{'));
  return { code, said: said.join('\n').trim() };
}

/** Without another admin, the first one keeps the role. */
async function addSecondAdmin() {
  const client = new pg.Client({ connectionString: env.DATABASE_URL });
  await client.connect();
  await client.query(`
    INSERT INTO users (id, email, password_hash, password_changed_at, role, email_verified_at, created_at, updated_at)
    SELECT gen_random_uuid(), 'other@example.com', password_hash, password_changed_at, role, email_verified_at, created_at,
      updated_at FROM users WHERE email = '${ADMIN}'`);
  await client.end();
}

async function login(gateway: ChildGateway) {
  const { data } = await gateway.ask(LoginDocument, {
    input: { identifier: ADMIN, password: PASSWORD, tokenDelivery: 'BODY' },
  });
  return data.login;
}

it('AD1: makes the first admin and no second one, and changes users while the gateway runs', async () => {
  const gateway = await startProcess({ dataDir: dataDirectory(), env });
  await gateway.ready();
  const [migrated, unnamed, unknown, weak, nobody] = await Promise.all([
    command('migrate', []),
    command('create-admin', []),
    command('change-user', ['delete', ADMIN]),
    command('create-admin', [ADMIN], 'short\n'),
    command('change-user', ['disable', 'nobody@example.com']),
  ]);
  expect(migrated).toEqual({ code: 0, said: 'The database is up to date.' });
  expect(unnamed).toMatchObject({ code: 2, said: expect.stringContaining('Usage') });
  expect(unknown).toMatchObject({ code: 2, said: expect.stringContaining('node dist/cli/change-user.js') });
  expect(nobody.code).toBe(1);
  expect(weak).toMatchObject({ code: 1, said: expect.stringMatching(/\(.+\)/) });
  const made = await command('create-admin', [` ${ADMIN.toUpperCase()} `], `${PASSWORD}\n`);
  expect(made).toEqual({ code: 0, said: `${ADMIN} is the first admin and can sign in.` });
  const second = await command('create-admin', ['second@example.com'], `${PASSWORD}\n`);
  expect(second.code).toBe(1);

  const { tokens, user } = expectType(await login(gateway), 'LoginSuccess');
  expect(user.role).toBe('admin');
  expect((await command('change-user', ['role', ADMIN, 'user'])).code).toBe(1);
  await addSecondAdmin();
  expect((await command('change-user', ['role', ADMIN, 'user'])).code).toBe(0);
  const { data } = await gateway.ask(RefreshDocument, { input: { refreshToken: tokens.refreshToken ?? '' } });
  const refreshed = expectType(data.refresh, 'RefreshSuccess');
  const claims = JSON.parse(
    Buffer.from(refreshed.tokens.accessToken.split('.')[1] ?? '', 'base64url').toString(),
  ) as Record<string, unknown>;
  expect(claims.role).toBe('user');

  const token = refreshed.tokens.accessToken;
  expect(await command('change-user', ['disable', ADMIN])).toEqual({ code: 0, said: 'Done. Sessions ended: 1.' });
  await eventually(async () => {
    const { errors } = await gateway.ask(MeDocument, {}, { token });
    expect(errors?.[0]?.extensions.code).toBe('UNAUTHENTICATED');
  }, 1_000);
  expect((await login(gateway)).__typename).not.toBe('LoginSuccess');
  expect((await command('change-user', ['enable', ADMIN])).code).toBe(0);
  expectType(await login(gateway), 'LoginSuccess');
}, 60_000);

it('publishes a new key that signs at once when it is told so', async () => {
  const gateway = await startProcess({ dataDir: dataDirectory(), env });
  await gateway.ready();
  const keys = async () => {
    const { keys: published } = (await (await fetch(`${gateway.url}/.well-known/jwks.json`)).json()) as {
      keys: { kid: string }[];
    };
    return published.map(({ kid }) => kid);
  };
  const before = await keys();
  expect(before).toHaveLength(1);
  const { code, said } = await command('rotate-keys', ['--now']);
  expect(code).toBe(0);
  const replica = await startProcess({ dataDir: dataDirectory(), env });
  await replica.ready();
  const [, made] = /^Key (\S+) is published/.exec(said) ?? [];
  const { tokens } = expectType(await login(replica), 'LoginSuccess');
  const header = JSON.parse(Buffer.from(tokens.accessToken.split('.')[0] ?? '', 'base64url').toString());
  expect(header.kid).toBe(made);
  // The process that runs learns the key by a token that it does not know, within a few seconds, and keeps the old one.
  await eventually(async () => {
    const me = await gateway.ask(MeDocument, {}, { token: tokens.accessToken });
    expect(me.data.me?.email).toBe(ADMIN);
  }, 6_000);
  expect((await keys()).sort()).toEqual([...before, made].sort());
}, 60_000);

it('tells in one line that the database is away', async () => {
  const away = new URL(env.DATABASE_URL ?? '');
  away.port = '1';
  const child = await startProcess({
    entry: 'cli/migrate',
    dataDir: dataDirectory(),
    env: { ...env, DATABASE_URL: away.href },
  });
  expect(await child.ended()).toBe(1);
  expect(child.stderr().trim()).toMatch(
    /^The database cannot be reached \(.*ECONNREFUSED.*\)\. Check DATABASE_URL, for example: \S+$/,
  );
});

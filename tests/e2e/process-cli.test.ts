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

/** Runs a command to its end; tells its code and what it said. */
async function command(words: string[], input?: string) {
  const child = await startProcess({ entry: 'cli/gatehouse', dataDir: dataDirectory(), env, words });
  child.type(input ?? '');
  const code = await child.ended();
  const told = child
    .stderr()
    .split('\n')
    .filter((line) => !line.startsWith('{'));
  return { code, said: child.stdout().trim(), told: told.join('\n').trim() };
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
    command(['migrate']),
    command(['admin', 'create']),
    command(['users', 'rename', ADMIN]),
    command(['admin', 'create', ADMIN], 'short\n'),
    command(['users', 'disable', 'nobody@example.com']),
  ]);
  expect(migrated).toEqual({ code: 0, said: 'The database is up to date.', told: '' });
  expect(unnamed).toMatchObject({
    code: 2,
    said: '',
    told: expect.stringContaining("missing required argument 'email'"),
  });
  expect(unknown).toMatchObject({ code: 2, told: expect.stringContaining("unknown command 'rename'") });
  expect(nobody).toEqual({
    code: 1,
    said: '',
    told: 'nobody@example.com: There is no account with this address.',
  });
  expect(weak).toMatchObject({ code: 1, told: expect.stringMatching(/\(.+\)/) });
  const made = await command(['admin', 'create', ` ${ADMIN.toUpperCase()} `], `${PASSWORD}\n`);
  expect(made).toEqual({ code: 0, said: `${ADMIN} is the first admin and can sign in.`, told: '' });
  const second = await command(['admin', 'create', 'second@example.com'], `${PASSWORD}\n`);
  expect(second.code).toBe(1);

  const { tokens, user } = expectType(await login(gateway), 'LoginSuccess');
  expect(user.role).toBe('admin');
  expect((await command(['users', 'role', ADMIN, 'user'])).code).toBe(1);
  await addSecondAdmin();
  expect((await command(['users', 'role', ADMIN, 'user'])).code).toBe(0);
  const { data } = await gateway.ask(RefreshDocument, { input: { refreshToken: tokens.refreshToken ?? '' } });
  const refreshed = expectType(data.refresh, 'RefreshSuccess');
  const claims = JSON.parse(
    Buffer.from(refreshed.tokens.accessToken.split('.')[1] ?? '', 'base64url').toString(),
  ) as Record<string, unknown>;
  expect(claims.role).toBe('user');

  const token = refreshed.tokens.accessToken;
  expect(await command(['users', 'disable', ADMIN])).toEqual({
    code: 0,
    said: `${ADMIN} is disabled; 1 session ended.`,
    told: '',
  });
  await eventually(async () => {
    const { errors } = await gateway.ask(MeDocument, {}, { token });
    expect(errors?.[0]?.extensions.code).toBe('UNAUTHENTICATED');
  }, 1_000);
  expect((await login(gateway)).__typename).not.toBe('LoginSuccess');
  expect((await command(['users', 'enable', ADMIN])).code).toBe(0);
  expectType(await login(gateway), 'LoginSuccess');
}, 120_000);

it('shows an account, its sessions and what would be unusual, as text and as JSON', async () => {
  const gateway = await startProcess({ dataDir: dataDirectory(), env });
  await gateway.ready();
  const { session } = expectType(await login(gateway), 'LoginSuccess');
  const json = async (...words: string[]) => {
    const { code, said } = await command([...words, '--json']);
    return { code, answer: JSON.parse(said) as Record<string, unknown> };
  };
  const [
    shown,
    user,
    listed,
    nobody,
    doubtful,
    onlyAdmin,
    role,
    keys,
    cleanup,
    list,
    unsure,
    invited,
    check,
    ada,
    sent,
  ] = await Promise.all([
    command(['users', 'show', ADMIN]),
    json('users', 'show', ADMIN),
    json('users', 'sessions', ADMIN),
    json('users', 'show', 'nobody@example.com'),
    json('users', 'role', ADMIN, 'adnim'),
    json('users', 'role', 'other@example.com', 'user'),
    command(['users', 'role', ADMIN, 'editor', '--yes']),
    json('keys', 'list'),
    json('cleanup'),
    json('users', 'list', '--text', 'first@', '--state', 'ACTIVE'),
    json('users', 'delete', ADMIN),
    json('users', 'invite', 'guest@example.com', '--role', 'support'),
    json('check'),
    command(['users', 'create', 'ada@example.com', '--verified', '--json'], `${PASSWORD}\n`),
    json('mail', 'test', ADMIN),
  ]);
  expect(shown.said).toMatch(/^id: .+\naddress: +first@example.com\n.*state: +ACTIVE\n/s);
  expect(user).toMatchObject({ code: 0, answer: { ok: true, user: { email: ADMIN, state: 'ACTIVE' } } });
  const sessions = expect.arrayContaining([expect.objectContaining({ id: session.id })]);
  expect(listed.answer).toMatchObject({ ok: true, sessions });
  expect(JSON.stringify(listed)).not.toMatch(/hash|secret/i);
  expect(nobody).toMatchObject({ code: 1, answer: { ok: false, code: 'NOT_FOUND' } });
  expect(doubtful).toMatchObject({ code: 1, answer: { ok: false, code: 'ROLE_UNKNOWN' } });
  expect(onlyAdmin).toMatchObject({ code: 1, answer: { ok: false, code: 'CONFLICT' } });
  expect(role.said).toBe(
    `${ADMIN} now has the role editor. Its sessions receive it at their next refresh, within 15 minutes.`,
  );
  expect(keys.answer).toMatchObject({ ok: true, keys: [{ state: 'ACTIVE', algorithm: 'ES256' }] });
  expect(JSON.stringify(keys)).not.toContain('Jwk');
  expect(cleanup.answer).toMatchObject({ ok: true, deleted: expect.any(Object) });
  expect(list.answer).toMatchObject({ ok: true, users: [{ email: ADMIN }], hasMore: false });
  expect(unsure).toMatchObject({ code: 1, answer: { code: 'NOT_CONFIRMED' } });
  expect(invited.answer).toMatchObject({ ok: true, email: 'guest@example.com' });
  expect(ada).toMatchObject({ code: 0, said: expect.stringMatching(/^\{"ok":true,.*"role":"user"/) });
  expect(sent).toMatchObject({ code: 0, answer: { ok: true, isCaptured: true } });
  expect(check).toMatchObject({ code: 0, answer: { ok: true, parts: expect.any(Array) } });
  expect((await json('users', 'delete', 'guest@example.com', '--yes')).answer).toMatchObject({ ok: true });
  expect(await command(['users', 'end-sessions', ADMIN])).toMatchObject({
    code: 0,
    said: expect.stringMatching(/^first@example\.com: \d sessions? ended\.$/),
  });
}, 120_000);

it('creates, rotates and revokes service clients while the gateway runs', async () => {
  const gateway = await startProcess({ dataDir: dataDirectory(), env });
  await gateway.ready();
  interface Told {
    ok: boolean;
    code?: string;
    secret?: string;
    serviceClient?: { id: string; scopes: string[]; revokedAt: string | null };
    serviceClients?: { id: string }[];
  }
  const json = async (...words: string[]): Promise<Told> =>
    JSON.parse((await command(['service-clients', ...words, '--json'])).said);
  const introspect = async (id: string, secret: string) => {
    const authorization = `Basic ${Buffer.from(`${id}:${secret}`).toString('base64')}`;
    const body = new URLSearchParams({ token: 'x' });
    return (await fetch(`${gateway.url}/oauth/introspect`, { method: 'POST', headers: { authorization }, body }))
      .status;
  };
  const [made, unscoped, unknown, late, unnamed, nobody] = await Promise.all([
    json('create', 'billing', '--scope', 'tokens:introspect', 'users:read', '--expires', '2100-01-31'),
    command(['service-clients', 'create', 'billing']),
    json('create', 'billing', '--scope', 'users:write'),
    json('create', 'billing', '--scope', 'users:read', '--expires', '2001-01-31'),
    json('create', ' ', '--scope', 'users:read'),
    json('revoke', 'nobody'),
  ]);
  expect(unscoped).toMatchObject({ code: 1, told: 'Name at least one scope.' });
  for (const refused of [unknown, late, unnamed]) expect(refused).toMatchObject({ ok: false, code: 'INPUT_INVALID' });
  expect(nobody).toMatchObject({ ok: false, code: 'NOT_FOUND' });
  const { serviceClient: { id = '', scopes } = {}, secret = '' } = made;
  expect(scopes).toEqual(['users:read', 'tokens:introspect']);
  expect(await introspect(id, secret)).toBe(200);

  const { secret: next = '' } = await json('rotate', id);
  const usable = await Promise.all([introspect(id, secret), introspect(id, next)]);
  expect([next === secret, ...usable]).toEqual([false, 200, 200]);
  const listed = await json('list');
  expect(listed.serviceClients?.map((client) => client.id)).toEqual([id]);
  expect(JSON.stringify(listed)).not.toMatch(/hash/i);
  const revoked = await json('revoke', id);
  await eventually(async () => expect(await introspect(id, next)).toBe(401));
  expect(await json('revoke', id)).toEqual(revoked);
  expect(await json('rotate', id)).toMatchObject({ ok: false, code: 'CONFLICT' });
  expect((await command(['service-clients', 'list'])).said).toContain('revoked 2');
  expect(gateway.output()).not.toContain(secret);
}, 120_000);

it('prints what it would run with, and no secret', async () => {
  const [config, schema, help, nothing] = await Promise.all([
    command(['config', 'print']),
    command(['schema', 'print']),
    command(['--help']),
    command([]),
  ]);
  expect(config.code).toBe(0);
  expect(config.said).toMatch(/^# ACCESS_TOKEN_TTL=900$/m);
  const password = new URL(env.DATABASE_URL ?? '').password;
  if (password !== '') expect(config.said).not.toContain(password);
  if (env.SECRET_KEY !== undefined) expect(config.said).not.toContain(env.SECRET_KEY);
  expect(schema.said).toContain('type Query {');
  expect(help).toMatchObject({ code: 0, said: expect.stringContaining('Usage: gatehouse') });
  expect(nothing.code).toBe(2);
}, 120_000);

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
  const { code, said } = await command(['keys', 'rotate', '--now']);
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
}, 120_000);

it('tells in one line that the database is away', async () => {
  const away = new URL(env.DATABASE_URL ?? '');
  away.port = '1';
  const child = await startProcess({
    entry: 'cli/gatehouse',
    words: ['migrate'],
    dataDir: dataDirectory(),
    env: { ...env, DATABASE_URL: away.href },
  });
  expect(await child.ended()).toBe(1);
  expect(child.stderr().trim()).toMatch(
    /^The database cannot be reached \(.*ECONNREFUSED.*\)\. Check DATABASE_URL, for example: \S+$/,
  );
});

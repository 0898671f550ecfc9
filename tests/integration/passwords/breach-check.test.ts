import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { pathToFileURL } from 'node:url';
import { expect, it, onTestFinished } from 'vitest';
import { run } from '../../../src/lib/sql.js';
import { createFirstAdmin } from '../../../src/services/admin/create-first-admin.js';
import { insertPasswordCheck } from '../../../src/services/passwords/breach-check.js';
import { startWorkers } from '../../../src/workers/start-workers.js';
import { LoginDocument, MeDocument } from '../../generated/operations.js';
import { accountOf, commandContext, faults, quickUser, rows, signedUp } from '../../support/accounts.js';
import { type TestGateway, testGateway } from '../../support/app.js';
import { eventually } from '../../support/eventually.js';
import { expectType, loggedIn, newEmail, PASSWORD } from '../../support/journey.js';
import { login, reset, resetMailOf } from '../../support/passwords.js';
import { digestOf, rangeOf, rangeServer } from '../../support/range-server.js';

/** A password that the rules take, though it is in a breach. */
const BREACHED = 'Larkspur-29-Breached!';
const WAITS = 'SELECT user_id, attempts FROM password_checks';

async function allChecked(gateway: TestGateway): Promise<void> {
  await eventually(async () => expect(await rows(gateway, WAITS)).toEqual([]));
}

async function outcomes(gateway: TestGateway, outcome: string): Promise<number> {
  const figures = await gateway.dependencies.metrics.metrics();
  const line = new RegExp(`^gatehouse_password_checks_total{outcome="${outcome}"} (\\d+)$`, 'm').exec(figures);
  return Number(line?.[1] ?? 0);
}

async function mailsAbout(gateway: TestGateway, email: string): Promise<number> {
  const text = `SELECT id FROM outbox_messages WHERE mail = 'password-breached' AND recipient = ?`;
  return (await rows(gateway, text, [email])).length;
}

async function eventsOf(gateway: TestGateway, email: string): Promise<string[]> {
  const text =
    'SELECT type FROM audit_events WHERE user_id = (SELECT id FROM users WHERE email = ?) ORDER BY created_at';
  return (await rows<{ type: string }>(gateway, text, [email])).map(({ type }) => type);
}

function folderOfRanges(files: Record<string, string>): string {
  const folder = mkdtempSync(join(tmpdir(), 'gatehouse-ranges-'));
  for (const [name, text] of Object.entries(files)) writeFileSync(join(folder, name), text);
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  return folder;
}

it('P2: marks an account whose password is in a breach, tells its owner once and ends nothing', async () => {
  const server = await rangeServer();
  const gateway = await testGateway({ worker: true, env: { HIBP_BASE_URL: server.url } });
  const { email } = await quickUser(gateway);
  const { accessToken } = await loggedIn(gateway, email);
  await allChecked(gateway);
  server.breached.add(PASSWORD);
  const user = await accountOf(gateway, email);
  const { orm } = gateway.dependencies;
  const password = {
    userId: user?.id ?? '',
    password: PASSWORD,
    passwordChangedAt: user?.passwordChangedAt ?? new Date(),
  };
  const check = insertPasswordCheck(gateway.dependencies, password);
  if (check !== undefined) await run(orm.em.fork(), check);
  await allChecked(gateway);
  expect((await accountOf(gateway, email))?.passwordBreachedAt).toBeInstanceOf(Date);
  expect(await mailsAbout(gateway, email)).toBe(1);
  expect((await eventsOf(gateway, email)).filter((type) => type === 'PASSWORD_BREACHED')).toHaveLength(1);
  expect(await outcomes(gateway, 'FOUND')).toBe(1);
  expect((await gateway.ask(MeDocument, {}, { token: accessToken })).data.me?.email).toBe(email);
  await gateway.mailTo(email, { mail: 'password-breached' });
  const input = { identifier: email, password: PASSWORD, tokenDelivery: 'BODY' as const };
  expectType((await gateway.ask(LoginDocument, { input })).data.login, 'PasswordChangeRequired');
});

it('P7: a breached password gets no ticket that would undo a reset which crosses its login', async () => {
  const gateway = await testGateway();
  const { email, id } = await quickUser(gateway);
  await rows(gateway, 'UPDATE users SET password_breached_at = now() WHERE id = ?', [id]);
  const { token } = await resetMailOf(gateway, email);
  // The fifth try is held back for a second; the account was looked at before.
  for (let tries = 0; tries < 4; tries += 1) await login(gateway, email, 'Wrong-Horse-7-Staple');
  const crossing = login(gateway, email, PASSWORD);
  await sleep(300);
  expectType(await reset(gateway, token), 'PasswordResetSuccess');
  expectType(await crossing, 'InvalidCredentialsProblem');
  const tickets = "SELECT 1 FROM one_time_codes WHERE purpose = 'RESET_TICKET' AND user_id IS NOT NULL";
  expect(await rows(gateway, tickets)).toEqual([]);
}, 20_000);

it('P2: asks by five digits of the digest and for padding, and takes what pads for nothing', async () => {
  const server = await rangeServer([BREACHED]);
  const gateway = await testGateway({ worker: true, env: { HIBP_BASE_URL: `${server.url}/` } });
  const padded = 'Larkspur-30-Padding!';
  server.page = undefined;
  const { email: found } = await signedUp(gateway, { password: BREACHED });
  await allChecked(gateway);
  server.page = `${digestOf(padded).slice(5)}:0`;
  const { email: fine } = await signedUp(gateway, { password: padded });
  await allChecked(gateway);
  expect((await accountOf(gateway, found))?.passwordBreachedAt).toBeInstanceOf(Date);
  expect((await accountOf(gateway, fine))?.passwordBreachedAt).toBeNull();
  const paths = [BREACHED, padded].map((password) => `/range/${digestOf(password).slice(0, 5)}?mode=sha1`);
  expect(server.asked.map(({ path }) => path)).toEqual(paths);
  for (const { headers } of server.asked) {
    expect(headers).toMatchObject({ 'add-padding': 'true', 'user-agent': 'gatehouse' });
    expect(JSON.stringify(headers).toUpperCase()).not.toContain(digestOf(BREACHED).slice(5));
  }
});

it('P4: looks for the password in the form that is hashed', async () => {
  const composed = 'Caf\u00e9-Larkspur-31!';
  const server = await rangeServer([composed]);
  const gateway = await testGateway({ worker: true, env: { HIBP_BASE_URL: server.url } });
  const { email } = await signedUp(gateway, { password: composed.normalize('NFD') });
  await allChecked(gateway);
  expect((await accountOf(gateway, email))?.passwordBreachedAt).toBeInstanceOf(Date);
});

it.each([
  ['a path', '', (folder: string) => folder],
  ['a file: URL', '.txt', (folder: string) => pathToFileURL(folder).href],
])('P2: reads the ranges from a folder, told by %s', async (_name, ending, told) => {
  const prefix = digestOf(BREACHED).slice(0, 5);
  const folder = folderOfRanges({ [`${prefix}${ending}`]: rangeOf(prefix, [BREACHED]) });
  const gateway = await testGateway({ worker: true, env: { HIBP_BASE_URL: told(folder) } });
  const [found, fine] = [await signedUp(gateway, { password: BREACHED }), await signedUp(gateway)];
  await allChecked(gateway);
  expect((await accountOf(gateway, found.email))?.passwordBreachedAt).toBeInstanceOf(Date);
  expect((await accountOf(gateway, fine.email))?.passwordBreachedAt).toBeNull();
  expect([await outcomes(gateway, 'FOUND'), await outcomes(gateway, 'NOT_FOUND')]).toEqual([1, 1]);
});

it.each([
  ['a folder that is gone', (folder: string) => rmSync(folder, { recursive: true }), 'ENOENT'],
  ['a folder that was emptied', (folder: string) => rmSync(join(folder, '00000')), 'is empty'],
])('takes %s since the start for no answer', async (_name, change, reason) => {
  const folder = folderOfRanges({ '00000': '' });
  const gateway = await testGateway({ worker: true, env: { HIBP_BASE_URL: folder } });
  change(folder);
  await signedUp(gateway);
  await eventually(async () => expect(await outcomes(gateway, 'RETRIED')).toBe(1));
  expect(gateway.logLines.find((line) => line.includes('was postponed'))).toContain(reason);
});

it('names no part of a digest when a file of ranges cannot be read', async () => {
  const prefix = digestOf(PASSWORD).slice(0, 5);
  const folder = folderOfRanges({ '00000': '' });
  mkdirSync(join(folder, prefix)); // a folder where a file should be
  const gateway = await testGateway({ worker: true, env: { HIBP_BASE_URL: folder } });
  await signedUp(gateway);
  await eventually(async () => expect(await outcomes(gateway, 'RETRIED')).toBe(1));
  expect(gateway.logLines.join('')).not.toContain(prefix);
});

it('lets the password be when nobody answers for an hour: logged, counted and without a mark', async () => {
  const server = await rangeServer([PASSWORD]);
  await server.stop();
  const gateway = await testGateway({ worker: true, env: { HIBP_BASE_URL: server.url } });
  const { email } = await signedUp(gateway);
  for (let attempts = 1; attempts < 8; attempts += 1) {
    await eventually(async () => expect(await rows(gateway, WAITS)).toMatchObject([{ attempts }]));
    gateway.clock.advance(30 * 2 ** (attempts - 1) + 1);
  }
  await allChecked(gateway);
  expect((await accountOf(gateway, email))?.passwordBreachedAt).toBeNull();
  expect([await outcomes(gateway, 'RETRIED'), await outcomes(gateway, 'GIVEN_UP')]).toEqual([7, 1]);
  const [line = '{}'] = faults(gateway);
  expect(JSON.parse(line)).toMatchObject({ attempts: 8, msg: 'a password was not checked' });
  const lines = gateway.logLines.join('').toUpperCase();
  expect(lines).not.toContain(digestOf(PASSWORD).slice(0, 5));
  expect(await mailsAbout(gateway, email)).toBe(0);
}, 60_000);

it.each([
  ['refuses', { status: 503, page: undefined }],
  ['answers with a page of something in between', { status: 200, page: '<html><body>Sign in: here</body></html>' }],
])('asks again when the check service %s, and finds the password once it is well', async (_name, mood) => {
  const server = Object.assign(await rangeServer([BREACHED]), mood);
  const gateway = await testGateway({ worker: true, env: { HIBP_BASE_URL: server.url } });
  const { email } = await signedUp(gateway, { password: BREACHED });
  await eventually(async () => expect(await outcomes(gateway, 'RETRIED')).toBe(1));
  Object.assign(server, { status: 200, page: undefined });
  gateway.clock.advance(31);
  await allChecked(gateway);
  expect((await accountOf(gateway, email))?.passwordBreachedAt).toBeInstanceOf(Date);
});

it('keeps no request waiting for a check service that holds its answer back', async () => {
  const server = await rangeServer();
  const { promise, resolve } = Promise.withResolvers<void>();
  server.hold = promise;
  const gateway = await testGateway({ worker: true, env: { HIBP_BASE_URL: server.url } });
  // It answers nobody before these are through.
  await signedUp(gateway);
  await quickUser(gateway);
  await eventually(() => expect(server.asked).toHaveLength(2));
  resolve();
  await allChecked(gateway);
});

it('does not judge a password by the one before it', async () => {
  const server = await rangeServer([BREACHED]);
  const { promise, resolve } = Promise.withResolvers<void>();
  server.hold = promise;
  const gateway = await testGateway({ worker: true, env: { HIBP_BASE_URL: server.url } });
  const { email } = await signedUp(gateway, { password: BREACHED });
  await eventually(() => expect(server.asked).toHaveLength(1));
  gateway.clock.advance(86_400 + 1); // the link has run out, and the address is free for another sign-up
  await signedUp(gateway, { email, password: PASSWORD });
  resolve();
  server.hold = undefined;
  await eventually(() => expect(server.asked).toHaveLength(2));
  await allChecked(gateway);
  const asked = [BREACHED, PASSWORD].map((password) => `/range/${digestOf(password).slice(0, 5)}?mode=sha1`);
  expect(server.asked.map(({ path }) => path)).toEqual(asked);
  expect((await accountOf(gateway, email))?.passwordBreachedAt).toBeNull();
  expect(await mailsAbout(gateway, email)).toBe(0);
  expect([await outcomes(gateway, 'FOUND'), await outcomes(gateway, 'NOT_FOUND')]).toEqual([1, 1]);
});

it('tells the owner once, however many workers look the password up', async () => {
  const server = await rangeServer([BREACHED]);
  const { promise, resolve } = Promise.withResolvers<void>();
  server.hold = promise;
  const gateway = await testGateway({ env: { HIBP_BASE_URL: server.url } });
  const { email } = await signedUp(gateway, { password: BREACHED });
  const { checkBreach } = await import('../../../src/services/passwords/check-breach.js');
  const { contextWithoutClient } = await import('../../../src/services/use-case.js');
  const userId = (await accountOf(gateway, email))?.id ?? '';
  const checks = Array.from({ length: 5 }, () =>
    checkBreach(contextWithoutClient(gateway.dependencies, 'check'), userId),
  );
  await eventually(() => expect(server.asked).toHaveLength(5));
  resolve();
  await Promise.all(checks);
  expect(await mailsAbout(gateway, email)).toBe(1);
  expect((await eventsOf(gateway, email)).filter((type) => type === 'PASSWORD_BREACHED')).toHaveLength(1);
});

it('E3: looks up what a stranger chose for a taken address, marks nothing, and no figure tells', async () => {
  const server = await rangeServer([BREACHED]);
  const gateway = await testGateway({ worker: true, env: { HIBP_BASE_URL: server.url } });
  const { email } = await quickUser(gateway);
  await allChecked(gateway);
  const finished = async () => (await rows(gateway, `SELECT id FROM outbox_messages WHERE status <> 'PENDING'`)).length;
  const figures = async () => {
    const text = await gateway.dependencies.metrics.metrics();
    const lines = [...text.matchAll(/^(gatehouse_(?:mails|password_checks)_total\{outcome="\w+"\}) (\d+)$/gm)];
    return Object.fromEntries(lines.map(([, name = '', count]) => [name, Number(count)]));
  };
  await eventually(async () => expect(await finished()).toBeGreaterThan(0));
  const added = async (address: string) => {
    gateway.clock.advance(120);
    const [before, mails] = [await figures(), await finished()];
    await signedUp(gateway, { email: address, password: BREACHED });
    await allChecked(gateway);
    // Its own mail, and the one about the password.
    await eventually(async () => expect(await finished()).toBe(mails + 2));
    const after = await figures();
    return Object.fromEntries(Object.entries(after).map(([name, count]) => [name, count - (before[name] ?? 0)]));
  };
  const forTaken = await added(email);
  expect(forTaken).toMatchObject({ 'gatehouse_password_checks_total{outcome="FOUND"}': 1 });
  expect(forTaken).toEqual(await added(newEmail()));
  expect((await accountOf(gateway, email))?.passwordBreachedAt).toBeNull();
  expect(await mailsAbout(gateway, email)).toBe(0);
});

it('P1: looks up the password of the first admin, which no request hands to the queue', async () => {
  const server = await rangeServer([BREACHED]);
  const gateway = await testGateway({ worker: true, env: { HIBP_BASE_URL: server.url } });
  const email = newEmail();
  expect(await createFirstAdmin(commandContext(gateway), { email, password: BREACHED })).toMatchObject({
    kind: 'admin-created',
  });
  gateway.clock.advance(4);
  await allChecked(gateway);
  expect((await accountOf(gateway, email))?.passwordBreachedAt).toBeInstanceOf(Date);
});

it('lets a password be whose digest is sealed by a secret that is gone', async () => {
  const server = await rangeServer([PASSWORD]);
  const env = { HIBP_BASE_URL: server.url };
  const gateway = await testGateway({ env: { ...env, SECRET_KEY: 'q7Rk2ZtW9xLm4BvN8sPd1FhJ6gYc3TuE' } });
  await signedUp(gateway);
  const later = await testGateway({
    replicaOf: gateway,
    worker: true,
    env: { ...env, SECRET_KEY: '4f9d02b7c1e86a35d7f0b29c8e14a6531c7f' },
  });
  await allChecked(gateway);
  expect(await outcomes(later, 'GIVEN_UP')).toBe(1);
  expect(server.asked).toEqual([]);
});

it('notes and asks nothing where it is switched off, as it is by default outside production', async () => {
  const server = await rangeServer([PASSWORD]);
  const off = await testGateway({ worker: true, env: { HIBP_BASE_URL: server.url, BREACH_CHECK: 'off' } });
  const byDefault = await testGateway({ worker: true });
  for (const gateway of [off, byDefault]) {
    await signedUp(gateway);
    expect(await rows(gateway, WAITS)).toEqual([]);
  }
  expect(server.asked).toEqual([]);
});

it('does not wait for a check service that holds its answer back when it is told to end, and loses nothing', async () => {
  const server = await rangeServer([BREACHED]);
  const { promise, resolve } = Promise.withResolvers<void>();
  server.hold = promise;
  const gateway = await testGateway({ env: { HIBP_BASE_URL: server.url } });
  const worker = startWorkers(gateway.dependencies);
  const { email } = await signedUp(gateway, { password: BREACHED });
  await eventually(() => expect(server.asked).toHaveLength(1));
  const told = performance.now();
  await worker.close();
  expect(performance.now() - told).toBeLessThan(8_000);
  expect(await rows(gateway, WAITS)).toHaveLength(1);
  resolve();
  await allChecked(gateway);
  expect(await mailsAbout(gateway, email)).toBe(1);
}, 30_000);

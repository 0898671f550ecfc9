import { randomUUID } from 'node:crypto';
import { Queue, Worker } from 'bullmq';
import { describe, expect, inject, it, vi } from 'vitest';
import { addSeconds } from '../../../src/lib/clock.js';
import { purge } from '../../../src/services/maintenance/purge.js';
import { LogoutDocument, MeDocument, RefreshDocument, VerifyEmailDocument } from '../../generated/operations.js';
import { accountOf, faults, mailedTo, quickUser, rows, signedUp } from '../../support/accounts.js';
import { type TestGateway, testGateway } from '../../support/app.js';
import { eventually } from '../../support/eventually.js';
import { expectType, loggedIn, newEmail } from '../../support/journey.js';
import { redisServer } from '../../support/redis-server.js';

const DAY = 86_400;
const withRedis = describe.skipIf(inject('redisUrl') === null);

/** A run as the worker does it. */
async function purged(gateway: TestGateway): Promise<Record<string, number>> {
  const { dependencies } = gateway;
  return await purge({ ...dependencies, em: dependencies.orm.em.fork() });
}

async function count(gateway: TestGateway, table: string, where = 'true', values: unknown[] = []): Promise<number> {
  const [row] = await rows<{ count: string }>(gateway, `SELECT count(*) FROM ${table} WHERE ${where}`, values);
  return Number(row?.count);
}

async function refreshed(gateway: TestGateway, refreshToken: string): Promise<string> {
  const { data } = await gateway.ask(RefreshDocument, { input: { refreshToken } });
  return data.refresh.__typename;
}

it('deletes sessions a month after their end, and keeps what lives or has just ended', async () => {
  const gateway = await testGateway({ env: { SESSION_ABSOLUTE_TTL: '90d', REFRESH_TOKEN_TTL_REMEMBERED: '60d' } });
  const { email } = await quickUser(gateway);
  const ended = await loggedIn(gateway, email);
  await gateway.ask(LogoutDocument, {}, { token: ended.accessToken });
  await loggedIn(gateway, email); // runs out after a week
  const living = await loggedIn(gateway, email, { rememberMe: true });
  gateway.clock.advance(29 * DAY);
  expect((await purged(gateway)).sessions).toBe(0);
  gateway.clock.advance(2 * DAY);
  expect((await purged(gateway)).sessions).toBe(1);
  gateway.clock.advance(7 * DAY);
  const justEnded = await loggedIn(gateway, email);
  await gateway.ask(LogoutDocument, {}, { token: justEnded.accessToken });
  expect((await purged(gateway)).sessions).toBe(1);
  expect(await count(gateway, 'sessions')).toBe(2);
  expect((await gateway.ask(MeDocument, {}, { token: justEnded.accessToken })).errors[0]?.extensions.code).toBe(
    'UNAUTHENTICATED',
  );
  expect(await refreshed(gateway, living.refreshToken)).toBe('RefreshSuccess');
});

it('keeps ended sessions for as long as an access token of theirs may be alive', async () => {
  const gateway = await testGateway({ env: { ACCESS_TOKEN_TTL: '10d', PURGE_SESSIONS_AFTER: '1d' } });
  const { email } = await quickUser(gateway);
  const { accessToken } = await loggedIn(gateway, email);
  await gateway.ask(LogoutDocument, {}, { token: accessToken });
  gateway.clock.advance(9 * DAY);
  expect((await purged(gateway)).sessions).toBe(0);
  const replica = await testGateway({ replicaOf: gateway, env: { ACCESS_TOKEN_TTL: '10d' } });
  const { errors } = await replica.ask(MeDocument, {}, { token: accessToken });
  expect(errors[0]?.extensions.code).toBe('UNAUTHENTICATED');
  gateway.clock.advance(2 * DAY);
  expect((await purged(gateway)).sessions).toBe(1);
});

it('R2: still finds out that a refresh token came back after the purge', async () => {
  const gateway = await testGateway();
  const { email } = await quickUser(gateway);
  const { refreshToken } = await loggedIn(gateway, email);
  const { data } = await gateway.ask(RefreshDocument, { input: { refreshToken } });
  const { tokens } = expectType(data.refresh, 'RefreshSuccess');
  gateway.clock.advance(5 * DAY);
  await purged(gateway);
  const again = await gateway.ask(RefreshDocument, { input: { refreshToken: tokens.refreshToken ?? '' } });
  const next = expectType(again.data.refresh, 'RefreshSuccess');
  await purged(gateway);
  expect(await refreshed(gateway, refreshToken)).not.toBe('RefreshSuccess');
  expect(await refreshed(gateway, next.tokens.refreshToken ?? '')).not.toBe('RefreshSuccess');
  expect(await count(gateway, 'sessions', `revocation_reason = 'REUSE_DETECTED'`)).toBe(1);
});

it('V3: deletes accounts that nobody verified, with all that is theirs', async () => {
  const gateway = await testGateway({ env: { HIBP_BASE_URL: 'http://127.0.0.1:9' } });
  const [stranger, verified] = [await signedUp(gateway), await quickUser(gateway)];
  const id = (await accountOf(gateway, stranger.email))?.id ?? '';
  const now = gateway.clock.now();
  await rows(gateway, `UPDATE outbox_messages SET status = 'SENT', finished_at = ? WHERE recipient = ?`, [
    now,
    stranger.email,
  ]);
  gateway.clock.advance(6 * DAY);
  expect((await purged(gateway)).accounts).toBe(0);
  gateway.clock.advance(2 * DAY);
  expect((await purged(gateway)).accounts).toBe(1);
  expect(await accountOf(gateway, stranger.email)).toBeNull();
  expect(await accountOf(gateway, verified.email)).not.toBeNull();
  const owned = ['sessions', 'one_time_codes', 'password_checks', 'password_history', 'known_devices'];
  for (const table of owned) expect(await count(gateway, table, 'user_id = ?', [id])).toBe(0);
  expect(await count(gateway, 'one_time_codes', 'address = ?', [stranger.email])).toBe(0);
  expect(await count(gateway, 'outbox_messages', 'recipient = ?', [stranger.email])).toBe(0);
  await signedUp(gateway, { email: stranger.email });
});

it('V3: leaves an account whose link is alive, and one that an operator disabled', async () => {
  const gateway = await testGateway({ env: { VERIFICATION_LINK_TTL: '30d' } });
  const [waiting, disabled] = [await signedUp(gateway), await signedUp(gateway)];
  await rows(gateway, 'UPDATE users SET disabled_at = ? WHERE email = ?', [gateway.clock.now(), disabled.email]);
  gateway.clock.advance(20 * DAY);
  expect((await purged(gateway)).accounts).toBe(0);
  const { token } = await mailedTo(gateway, waiting.email);
  expect(token).toHaveLength(64);
  gateway.clock.advance(20 * DAY);
  expect((await purged(gateway)).accounts).toBe(1);
  expect(await accountOf(gateway, disabled.email)).not.toBeNull();
});

it('V3: lets whoever verifies an address in the moment of the purge win or lose whole', async () => {
  const gateway = await testGateway();
  const replica = await testGateway({ replicaOf: gateway });
  const accounts = await Promise.all(Array.from({ length: 12 }, () => signedUp(gateway)));
  const codes = await Promise.all(accounts.map(({ email }) => mailedTo(gateway, email)));
  // Old enough for the purge, with a link that just ran out and a code that is alive all the same.
  const past = addSeconds(gateway.clock.now(), -8 * DAY);
  await rows(gateway, 'UPDATE users SET created_at = ?, updated_at = ?', [past, past]);
  await rows(gateway, `UPDATE one_time_codes SET link_expires_at = ?`, [addSeconds(gateway.clock.now(), 1)]);
  gateway.clock.advance(0.9);
  const verifying = accounts.map(async ({ email }, index) => {
    const { data } = await gateway.ask(VerifyEmailDocument, { input: { email, code: codes[index]?.code ?? '' } });
    return { email, verified: data.verifyEmail.__typename === 'EmailVerified' };
  });
  const runs = Array.from({ length: 6 }, () => purged(replica));
  const outcomes = await Promise.all(verifying);
  await Promise.all(runs);
  await purged(gateway);
  for (const { email, verified } of outcomes) {
    const account = await accountOf(gateway, email);
    if (verified) expect(account?.emailVerifiedAt).toBeInstanceOf(Date);
    else expect(account).toBeNull();
  }
  expect(faults(gateway)).toEqual([]);
});

it('deletes finished mails, dead codes and every other row whose time is over, and leaves the rest', async () => {
  const gateway = await testGateway();
  const { email, id } = await quickUser(gateway);
  const waiting = await signedUp(gateway, { email: newEmail() });
  const at = (days: number) => addSeconds(gateway.clock.now(), -days * DAY);
  await rows(gateway, `UPDATE outbox_messages SET status = 'SENT', finished_at = ? WHERE recipient = ?`, [
    at(31),
    email,
  ]);
  await rows(gateway, 'DELETE FROM one_time_codes WHERE address = ?', [email]);
  const code = `INSERT INTO one_time_codes (purpose, address, id, key_id, issued_at, code_expires_at, link_expires_at)
    VALUES ('EXCHANGE', ?, ?, 'key', ?, ?, ?)`;
  await rows(gateway, code, ['old@example.com', randomUUID(), at(4), at(4), at(3)]);
  await rows(gateway, code, ['new@example.com', randomUUID(), at(2), at(2), at(1)]);
  const failure = `INSERT INTO login_failures (key, failures, in_flight, total, last_tried_at) VALUES (?, 1, 0, ?, ?)`;
  await rows(gateway, failure, ['old', 4, at(31)]);
  await rows(gateway, failure, ['new', 4, at(29)]);
  await rows(gateway, failure, ['endless', 100, at(300)]);
  await rows(gateway, failure, ['forgotten', 100, at(367)]);
  const challenge = `INSERT INTO two_factor_challenges (id, user_id, client_key, remember_me, token_delivery, first_methods,
    password_changed_at, created_at, expires_at) VALUES (?, ?, 'key', false, 'BODY', '{pwd}', ?, ?, ?)`;
  for (const days of [2, 0]) await rows(gateway, challenge, [randomUUID(), id, at(days), at(days), at(days)]);
  const device = 'INSERT INTO known_devices (user_id, device_key, first_seen_at, last_seen_at) VALUES (?, ?, ?, ?)';
  for (const days of [366, 364]) await rows(gateway, device, [id, `device-${days}`, at(400), at(days)]);
  const enrolment = `INSERT INTO totp_credentials (user_id, sealed_secret, created_at, expires_at) VALUES (?, 'x', ?, ?)`;
  await rows(gateway, enrolment, [id, at(1), at(1)]);
  const check = `INSERT INTO password_checks (user_id, sealed_digest, password_changed_at, next_attempt_at, created_at)
    VALUES (?, 'x', ?, ?, ?)`;
  await rows(gateway, check, [id, at(2), at(2), at(2)]);
  const key = `INSERT INTO signing_keys (id, algorithm, public_jwk, sealed_private_jwk, created_at, active_from, retires_at)
    VALUES (?, 'ES256', '{}', 'x', ?, ?, ?)`;
  for (const days of [31, 29]) await rows(gateway, key, [`key-${days}`, at(90), at(90), at(days)]);
  const limit = 'INSERT INTO rate_limits (key, points, expire) VALUES (?, 1, ?)';
  await rows(gateway, limit, ['over', Date.now() - 1_000]);
  await rows(gateway, limit, ['runs', Date.now() + 60_000]);

  expect(await purged(gateway)).toEqual({
    accounts: 0,
    sessions: 0,
    'deleted accounts': 0,
    codes: 1,
    mails: 1,
    'failed attempts': 2,
    challenges: 1,
    enrolments: 1,
    devices: 1,
    'password checks': 1,
    'signing keys': 1,
    'audit events': 0,
    limits: 1,
  });
  const left = await rows<{ key: string }>(gateway, 'SELECT key FROM login_failures ORDER BY key');
  expect(left.map((row) => row.key)).toEqual(['endless', 'new']);
  expect(await count(gateway, 'signing_keys', `id = 'key-29'`)).toBe(1);
  expect(await count(gateway, 'outbox_messages', `status = 'PENDING' AND recipient = ?`, [waiting.email])).toBe(1);
  const figures = await gateway.dependencies.metrics.metrics();
  expect(figures).toContain('gatehouse_purged_rows_total{rows="codes"} 1');
  // E4: mails to known addresses may be finished, and so purged, later than those to nobody.
  expect(figures).not.toContain('rows="mails"');
  expect(Object.values(await purged(gateway)).every((deleted) => deleted === 0)).toBe(true);
});

it('U3: deletes audit events past their retention alone, which nobody else can', async () => {
  const gateway = await testGateway({ env: { AUDIT_RETENTION: '60d' } });
  const text = `INSERT INTO audit_events (id, type, success, risk_level, metadata, created_at)
    VALUES (?, 'LOGIN', true, 'LOW', '{}', ?)`;
  const at = (days: number) => addSeconds(gateway.clock.now(), -days * DAY);
  for (const days of [90, 61, 59, 1]) await rows(gateway, text, [randomUUID(), at(days)]);
  await expect(rows(gateway, 'DELETE FROM audit_events')).rejects.toThrow('never changed');
  expect((await purged(gateway))['audit events']).toBe(2);
  const old = 'created_at < ?';
  expect(await count(gateway, 'audit_events', old, [at(60)])).toBe(0);
  expect(await count(gateway, 'audit_events', old, [at(0.5)])).toBe(2);
  await expect(rows(gateway, 'DELETE FROM audit_events')).rejects.toThrow('never changed');
});

it('deletes more than a batch, by several runs at once and without a fault', async () => {
  const gateway = await testGateway();
  const replica = await testGateway({ replicaOf: gateway });
  const past = addSeconds(gateway.clock.now(), -40 * DAY);
  await rows(
    gateway,
    `INSERT INTO outbox_messages (id, mail, recipient, variables, status, created_at, next_attempt_at, finished_at)
      SELECT gen_random_uuid(), 'none', 'a@example.com', '{}', 'SENT', ?, ?, ? FROM generate_series(1, 1300)`,
    [past, past, past],
  );
  const runs = await Promise.all([gateway, replica, gateway].map(purged));
  const [after] = [await purged(gateway)];
  const deleted = [...runs, after].map(({ mails = 0 }) => mails);
  expect(deleted.reduce((sum, mails) => sum + mails)).toBe(1_300);
  expect(await count(gateway, 'outbox_messages')).toBe(0);
});

async function purgesByTheQueue(env: Record<string, string>): Promise<void> {
  const first = await testGateway({ env });
  const past = addSeconds(first.clock.now(), -40 * DAY);
  await rows(
    first,
    `INSERT INTO login_failures (key, failures, in_flight, total, last_tried_at) VALUES ('old', 1, 0, 1, ?)`,
    [past],
  );
  const replicas = [
    await testGateway({ worker: true, replicaOf: first, env }),
    await testGateway({ worker: true, replicaOf: first, env }),
  ];
  await eventually(async () => expect(await count(first, 'login_failures')).toBe(0));
  const lines = () => replicas.flatMap(({ logLines }) => logLines.filter((line) => line.includes('were purged')));
  await eventually(() => expect(lines()).toHaveLength(1));
  expect(JSON.parse(lines()[0] ?? '{}').deleted['failed attempts']).toBe(1);
}

it('purges by a job that one of the replicas does', async () => {
  await purgesByTheQueue({});
});

withRedis('on Redis', () => {
  it('purges by a job that one of the replicas does, the next one being due in an hour', async () => {
    const redis = await redisServer();
    await purgesByTheQueue({ REDIS_URL: redis.url });
    const { hostname: host, port } = new URL(redis.url);
    const queue = new Queue('maintenance', { connection: { host, port: Number(port) } });
    const schedulers = await queue.getJobSchedulers();
    const delayed = await queue.getDelayed();
    await queue.close();
    expect(schedulers).toMatchObject([{ key: 'purge', every: 3_600_000 }]);
    expect(delayed).toHaveLength(1);
    expect((delayed[0]?.delay ?? 0) / 60_000).toBeGreaterThan(50);
  });

  it('purges though a machine whose clock was a year ahead has put the job off until then', async () => {
    const redis = await redisServer();
    const { hostname: host, port } = new URL(redis.url);
    const connection = { host, port: Number(port) };
    const queue = new Queue('maintenance', { connection });
    const worker = new Worker('maintenance', async () => undefined, { connection });
    await Promise.all([queue.waitUntilReady(), worker.waitUntilReady()]);
    const ahead = Date.now() + 365 * DAY * 1_000;
    const wrong = vi.spyOn(Date, 'now').mockImplementation(() => ahead);
    const done = new Promise((resolve) => void worker.once('completed', resolve));
    await queue.upsertJobScheduler('purge', { every: 3_600_000 }, { name: 'purge', data: {} });
    await done;
    wrong.mockRestore();
    await worker.close();
    expect((await queue.getJobScheduler('purge'))?.next).toBeGreaterThan(Date.now() + DAY * 1_000);
    await queue.close();
    await purgesByTheQueue({ REDIS_URL: redis.url });
  });
});

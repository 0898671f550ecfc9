import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { MeDocument, RefreshDocument } from '../../generated/operations.js';
import { atOnce, quickUser, rows } from '../../support/accounts.js';
import { sharedGateway, type TestGateway, testGateway } from '../../support/app.js';
import { expectType, loggedIn } from '../../support/journey.js';

let gateway: TestGateway;

beforeAll(async () => {
  gateway = await sharedGateway({ worker: true });
});
afterAll(() => gateway.close());

const send = async (refreshToken: string, on = gateway) =>
  (await on.ask(RefreshDocument, { input: { refreshToken } })).data.refresh;
const next = async (refreshToken: string, on = gateway) =>
  expectType(await send(refreshToken, on), 'RefreshSuccess').tokens.refreshToken ?? '';
/** Refreshes and uses the access token, so that the gateway knows that the answer arrived. */
const used = async (refreshToken: string, on = gateway) => {
  const { tokens } = expectType(await send(refreshToken, on), 'RefreshSuccess');
  expect((await on.ask(MeDocument, {}, { token: tokens.accessToken })).data?.me).not.toBeNull();
  return { accessToken: tokens.accessToken, refreshToken: tokens.refreshToken ?? '' };
};
const rejected = async (refreshToken: string, on = gateway) =>
  expectType(await send(refreshToken, on), 'RefreshRejectedProblem');
const signedIn = async (on = gateway) => {
  const { email } = await quickUser(on);
  return { email, ...(await loggedIn(on, email, { deviceName: 'Desk at home' })) };
};
const notices = async (email: string) =>
  await rows(gateway, "SELECT id FROM outbox_messages WHERE mail = 'session-reuse' AND recipient = ?", [email]);
const seen = async (id: string) =>
  (await rows(gateway, 'SELECT seen_generation FROM sessions WHERE id = ?', [id]))[0]?.seen_generation;
const reasonOf = async (id: string, on = gateway) =>
  (await rows(on, 'SELECT revocation_reason FROM sessions WHERE id = ?', [id]))[0]?.revocation_reason;

describe('D10: within the grace the token before gives the same successor', () => {
  it('again and again, and no second branch', async () => {
    const { refreshToken, session } = await signedIn();
    const second = await next(refreshToken);
    expect(await next(refreshToken)).toBe(second);
    gateway.clock.advance(8);
    expect(await next(refreshToken)).toBe(second);
    const third = await next(second);
    expect(await next(second)).toBe(third);
    expect(await rows(gateway, 'SELECT generation FROM sessions WHERE id = ?', [session.id])).toEqual([
      { generation: 2 },
    ]);
  });

  it('and a retry does not make it longer', async () => {
    const { refreshToken } = await signedIn();
    const { refreshToken: second } = await used(refreshToken);
    gateway.clock.advance(6);
    await next(refreshToken);
    gateway.clock.advance(6);
    await rejected(refreshToken);
    await rejected(second);
  });

  it('and so do those before it, each for the time since its own replacement', async () => {
    const { email, refreshToken } = await signedIn();
    const second = await used(refreshToken);
    gateway.clock.advance(6);
    const third = await used(second.refreshToken);
    expect(await next(refreshToken)).toBe(third.refreshToken);
    gateway.clock.advance(6);
    const fourth = await used(third.refreshToken);
    expect(await next(second.refreshToken)).toBe(fourth.refreshToken);
    await rejected(refreshToken);
    await rejected(fourth.refreshToken);
    expect(await notices(email)).toHaveLength(1);
  });

  it('but not more of them than are kept', async () => {
    const { refreshToken } = await signedIn();
    const tokens = [refreshToken];
    for (let round = 0; round < 6; round += 1) tokens.push(await next(tokens.at(-1) ?? ''));
    expect(await next(tokens[1] ?? '')).toBe(tokens[6]);
    await rejected(tokens[0] ?? '');
  });

  it('also for a session whose last rotation was by a process that keeps one time', async () => {
    const { refreshToken, session } = await signedIn();
    const second = await next(refreshToken);
    await rows(gateway, "UPDATE sessions SET rotated_at = '{}', seen_generation = generation WHERE id = ?", [
      session.id,
    ]);
    gateway.clock.advance(9);
    expect(await next(refreshToken)).toBe(second);
    gateway.clock.advance(2);
    await rejected(refreshToken);
  });
});

describe('D10: a lost answer signs nobody out', () => {
  it('the token before goes on giving the same successor until that was used', async () => {
    const { email, refreshToken, session } = await signedIn();
    const second = await next(refreshToken);
    gateway.clock.advance(3_600);
    expect(await next(refreshToken)).toBe(second);
    gateway.clock.advance(3_600);
    expect(await next(refreshToken)).toBe(second);
    const third = await next(second);
    gateway.clock.advance(11);
    await rejected(refreshToken);
    await rejected(third);
    expect(await reasonOf(session.id)).toBe('REUSE_DETECTED');
    expect(await notices(email)).toHaveLength(1);
  });

  it('an access token of the successor ends that, in this process at once and in others once it is written', async () => {
    const other = await testGateway({ replicaOf: gateway });
    for (const on of [gateway, other]) {
      const { refreshToken, session } = await signedIn();
      const { tokens } = expectType(await send(refreshToken), 'RefreshSuccess');
      gateway.clock.advance(11);
      expect((await gateway.ask(MeDocument, {}, { token: tokens.accessToken })).data?.me).not.toBeNull();
      if (on !== gateway) await expect.poll(() => seen(session.id)).toBe(1);
      await rejected(refreshToken, on);
      expect(await reasonOf(session.id)).toBe('REUSE_DETECTED');
    }
  });

  it('an access token of an earlier generation does not', async () => {
    const { refreshToken, accessToken } = await signedIn();
    const second = await used(refreshToken);
    const third = await next(second.refreshToken);
    gateway.clock.advance(11);
    for (const token of [accessToken, second.accessToken])
      expect((await gateway.ask(MeDocument, {}, { token })).data?.me).not.toBeNull();
    expect(await next(second.refreshToken)).toBe(third);
  });

  it('R2: a thief who uses the token before is found when its owner comes back', async () => {
    const { email, refreshToken } = await signedIn();
    await next(refreshToken);
    gateway.clock.advance(600);
    const stolen = await used(refreshToken);
    await rejected(refreshToken);
    await rejected(stolen.refreshToken);
    const me = await gateway.ask(MeDocument, {}, { token: stolen.accessToken });
    expect(me.errors[0]?.extensions.code).toBe('UNAUTHENTICATED');
    expect(await notices(email)).toHaveLength(1);
  });

  it('a row that a transaction holds is marked afterwards', async () => {
    const { refreshToken, session } = await signedIn();
    const { tokens } = expectType(await send(refreshToken), 'RefreshSuccess');
    await gateway.dependencies.orm.em.fork().transactional(async (em) => {
      await em.execute('SELECT 1 FROM sessions WHERE id = ? FOR UPDATE', [session.id]);
      expect((await gateway.ask(MeDocument, {}, { token: tokens.accessToken })).data?.me).not.toBeNull();
      await sleep(200);
      expect(await seen(session.id)).toBe(0);
    });
    await expect.poll(() => seen(session.id), { timeout: 5_000 }).toBe(1);
  });
});

describe('R2: a token that comes back ends its session', () => {
  it('after the grace, with the newest token and the access token, and its owner is told once', async () => {
    const { email, refreshToken, session } = await signedIn();
    const refreshed = await used(refreshToken);
    gateway.clock.advance(11);
    await atOnce(5, () => rejected(refreshToken));
    await rejected(refreshed.refreshToken);
    const me = await gateway.ask(MeDocument, {}, { token: refreshed.accessToken });
    expect(me.errors[0]?.extensions.code).toBe('UNAUTHENTICATED');
    expect(await reasonOf(session.id)).toBe('REUSE_DETECTED');
    const mail = await gateway.mailTo(email, { mail: 'session-reuse' });
    expect(mail.text).toContain('Desk at home');
    expect(mail.text).not.toContain(refreshToken);
    expect(await notices(email)).toHaveLength(1);
  });

  it('an older generation after the grace, then every one is refused alike', async () => {
    const { email, refreshToken, session } = await signedIn();
    const tokens = [refreshToken];
    for (let round = 0; round < 3; round += 1) tokens.push(await next(tokens.at(-1) ?? ''));
    gateway.clock.advance(11);
    const answers = [];
    for (const token of [tokens[0], ...tokens.reverse()]) answers.push(await rejected(token ?? ''));
    expect(new Set(answers.map((answer) => JSON.stringify(answer))).size).toBe(1);
    expect(await reasonOf(session.id)).toBe('REUSE_DETECTED');
    expect(await notices(email)).toHaveLength(1);
  });

  it('and no other session of the user', async () => {
    const { email, refreshToken } = await signedIn();
    const other = await loggedIn(gateway, email);
    await next(await next(refreshToken));
    gateway.clock.advance(11);
    await rejected(refreshToken);
    await next(other.refreshToken);
  });
});

describe('D10: without grace', () => {
  it('the token before ends the session at once', async () => {
    const strict = await testGateway({ env: { REFRESH_REUSE_GRACE_SECONDS: '0' } });
    const { refreshToken, session } = await signedIn(strict);
    const second = await next(refreshToken, strict);
    await rejected(refreshToken, strict);
    await rejected(second, strict);
    expect(await reasonOf(session.id, strict)).toBe('REUSE_DETECTED');
  });

  it('of two at once one wins at most, and the session ends', async () => {
    const strict = await testGateway({ env: { REFRESH_REUSE_GRACE_SECONDS: '0' } });
    for (let round = 0; round < 10; round += 1) {
      const { refreshToken, session } = await signedIn(strict);
      const names = (await atOnce(4, () => send(refreshToken, strict))).map((outcome) => outcome.__typename);
      expect(names.filter((name) => name === 'RefreshSuccess')).toHaveLength(1);
      expect(await reasonOf(session.id, strict)).toBe('REUSE_DETECTED');
    }
  });
});

import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { OPERATOR } from '../../../src/services/admin/administrator.js';
import { changeUser, type UserChange } from '../../../src/services/admin/change-user.js';
import { LogoutDocument, MeDocument, RefreshDocument } from '../../generated/operations.js';
import { atOnce, commandContext, faults, quickUser, rows } from '../../support/accounts.js';
import { sharedGateway, type TestGateway } from '../../support/app.js';
import { expectType, loggedIn } from '../../support/journey.js';

let gateway: TestGateway;

beforeAll(async () => {
  gateway = await sharedGateway({ env: { SESSION_ABSOLUTE_TTL: '20d' } });
});
afterAll(() => gateway.close());

const DAY = 86_400;
const send = async (refreshToken: string) =>
  (await gateway.ask(RefreshDocument, { input: { refreshToken } })).data.refresh;
const next = async (refreshToken: string) => {
  const { tokens, session } = expectType(await send(refreshToken), 'RefreshSuccess');
  return { session, tokens, accessToken: tokens.accessToken, refreshToken: tokens.refreshToken ?? '' };
};
const rejected = async (refreshToken: string) => expectType(await send(refreshToken), 'RefreshRejectedProblem');
const isAlive = async (token: string) => (await gateway.ask(MeDocument, {}, { token })).data?.me != null;
const generation = async (id: string) =>
  (await rows(gateway, 'SELECT generation FROM sessions WHERE id = ?', [id]))[0]?.generation;
const claims = (token: string) => JSON.parse(Buffer.from(token.split('.')[1] ?? '', 'base64url').toString());
const signedIn = async (rememberMe = false) => {
  const { email } = await quickUser(gateway);
  return { email, ...(await loggedIn(gateway, email, { rememberMe })) };
};
const change = (email: string, what: UserChange) => changeUser(commandContext(gateway), OPERATOR, { email }, what);

describe('R1: every refresh gives a new token', () => {
  it('another one for the same session, and the access token works', async () => {
    const first = await signedIn();
    const second = await next(first.refreshToken);
    expect(second.refreshToken).not.toBe(first.refreshToken);
    expect(second.accessToken).not.toBe(first.accessToken);
    expect(second.session.id).toBe(first.session.id);
    expect(second.session.isCurrent).toBe(true);
    expect(second.session.lastRotatedAt).not.toBeNull();
    expect(await isAlive(second.accessToken)).toBe(true);
    expect(claims(second.accessToken).auth_time).toBe(claims(first.accessToken).auth_time);
    expect(await generation(first.session.id)).toBe(1);
  });

  it('nothing in the database is a token or a secret of one', async () => {
    const { refreshToken, session } = await signedIn();
    const second = await next(refreshToken);
    const dump = JSON.stringify(
      await rows(gateway, "SELECT s::text, encode(secret_hash, 'base64') AS h FROM sessions s"),
    );
    const secret = Buffer.from(second.refreshToken, 'base64url').subarray(20, 52);
    expect(dump).toContain(session.id);
    for (const form of [refreshToken, second.refreshToken, secret.toString('hex'), secret.toString('base64')]) {
      expect(dump).not.toContain(form);
      expect(gateway.logLines.join('')).not.toContain(form);
    }
  });
});

describe('R3: many refreshes at once', () => {
  it('twenty with one token get one successor and move one step', async () => {
    const { refreshToken, session } = await signedIn();
    const answers = await atOnce(20, () => next(refreshToken));
    expect(new Set(answers.map((answer) => answer.refreshToken)).size).toBe(1);
    expect(await generation(session.id)).toBe(1);
    expect(await isAlive(answers[7]?.accessToken ?? '')).toBe(true);
    await next(answers[0]?.refreshToken ?? '');
    expect(faults(gateway)).toEqual([]);
  });

  it('crossing with a logout nothing is left alive', async () => {
    for (let round = 0; round < 8; round += 1) {
      const { refreshToken, accessToken } = await signedIn();
      const [outcomes, logout] = await Promise.all([
        atOnce(4, () => send(refreshToken)),
        gateway.ask(LogoutDocument, {}, { token: accessToken }),
      ]);
      expectType(logout.data.logout, 'LogoutSuccess');
      for (const outcome of outcomes) {
        if (outcome.__typename !== 'RefreshSuccess') continue;
        expect(await isAlive(outcome.tokens.accessToken)).toBe(false);
        await rejected(outcome.tokens.refreshToken ?? '');
      }
      await rejected(refreshToken);
    }
    expect(faults(gateway)).toEqual([]);
  });
});

describe('R4: a session ends', () => {
  it('idle, after its own life', async () => {
    const short = await signedIn();
    const long = await signedIn(true);
    gateway.clock.advance(7 * DAY + 1);
    await rejected(short.refreshToken);
    const renewed = await next(long.refreshToken);
    gateway.clock.advance(14 * DAY + 1);
    await rejected(renewed.refreshToken);
  });

  it('each refresh moves the idle end', async () => {
    let { refreshToken } = await signedIn();
    for (let week = 0; week < 2; week += 1) {
      gateway.clock.advance(6 * DAY);
      ({ refreshToken } = await next(refreshToken));
    }
  });

  it('at its absolute end, however often it was refreshed', async () => {
    const { refreshToken, session } = await signedIn(true);
    const absoluteEnd = new Date(session.createdAt).getTime() + 20 * DAY * 1000;
    gateway.clock.advance(13 * DAY);
    const renewed = await next(refreshToken);
    expect(new Date(renewed.tokens.refreshTokenExpiresAt).getTime()).toBe(absoluteEnd);
    gateway.clock.advance(6 * DAY);
    const last = await next(renewed.refreshToken);
    expect(new Date(last.session.expiresAt).getTime()).toBe(absoluteEnd);
    gateway.clock.advance(DAY);
    await rejected(last.refreshToken);
  });
});

describe('R5: a refresh reads the user again', () => {
  it('a new role is in the next token and not in the present one', async () => {
    const { email, accessToken, refreshToken } = await signedIn();
    await change(email, { role: 'moderator' });
    expect(claims(accessToken).role).toBe('user');
    const second = await next(refreshToken);
    expect(claims(second.accessToken).role).toBe('moderator');
    await change(email, { role: 'user' });
    expect(claims((await next(refreshToken)).accessToken).role).toBe('user');
  });

  it('a disabled user is refused and the session is over, also when the account is enabled again', async () => {
    const { email, refreshToken, session } = await signedIn();
    await rows(gateway, 'UPDATE users SET disabled_at = now() WHERE email = ?', [email]);
    await rejected(refreshToken);
    const text = 'SELECT revocation_reason FROM sessions WHERE id = ?';
    expect(await rows(gateway, text, [session.id])).toEqual([{ revocation_reason: 'ACCOUNT_DISABLED' }]);
    await change(email, { disabled: false });
    await rejected(refreshToken);
  });
});

describe('R6: tokens that are none of ours', () => {
  it('are rejected before the database is asked', async () => {
    const { refreshToken } = await signedIn();
    const bytes = Buffer.from(refreshToken, 'base64url');
    const flipped = Array.from({ length: bytes.length }, (_, place) => {
      const copy = Buffer.from(bytes);
      copy[place] = (copy[place] ?? 0) ^ 1;
      return copy.toString('base64url');
    });
    const hostile = [
      '',
      ' ',
      '\u0000',
      'x',
      `${refreshToken}A`,
      refreshToken.slice(1),
      ` ${refreshToken}`,
      '😀',
      'A'.repeat(112),
    ];
    const { orm } = gateway.dependencies;
    const pool = await (
      orm.em.getConnection() as unknown as { getNativeClient(): Promise<{ totalCount: number; query: unknown }> }
    ).getNativeClient();
    let asked = 0;
    const original = pool.query as (...values: unknown[]) => unknown;
    pool.query = (...values: unknown[]) => {
      asked += 1;
      return original.apply(pool, values);
    };
    try {
      for (const token of [...hostile, ...flipped]) expect((await rejected(token)).code).toBe('REFRESH_REJECTED');
      expect(asked).toBe(0);
      await next(refreshToken);
      expect(asked).toBeGreaterThan(0);
    } finally {
      pool.query = original;
    }
    expect(faults(gateway)).toEqual([]);
  });

  it('a megabyte is refused at the door', async () => {
    const answer = await gateway.ask(RefreshDocument, { input: { refreshToken: 'A'.repeat(1_000_000) } });
    expect(answer.status).toBe(413);
  });
});

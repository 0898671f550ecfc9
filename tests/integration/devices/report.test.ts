import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { OneTimeCodePurpose } from '../../../src/entities/one-time-code.js';
import { deriveToken } from '../../../src/services/one-time-codes/derive.js';
import {
  ExchangeTokenDocument,
  LoginDocument,
  MeDocument,
  ReauthenticateDocument,
  RefreshDocument,
  ReportSessionDocument,
  ResetPasswordDocument,
  VerifyEmailWithTokenDocument,
} from '../../generated/operations.js';
import { atOnce, faults, masked, quickUser, rows } from '../../support/accounts.js';
import { type Ask, sharedGateway, type TestGateway, testGateway } from '../../support/app.js';
import { moveTo } from '../../support/email-change.js';
import { expectType, loggedIn, newEmail, PASSWORD } from '../../support/journey.js';

const NEW_PASSWORD = 'Quiet-Harbour-58-Lamp';
const AT_HOME: Ask = {
  from: '198.51.100.7',
  headers: { 'user-agent': 'Mozilla/5.0 (X11; Linux x86_64) Firefox/128.0' },
};
const STRANGER: Ask = {
  from: '203.0.113.66',
  headers: {
    'user-agent': 'Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 Chrome/126.0.0.0 Safari/537.36',
  },
};
let gateway: TestGateway;

beforeAll(async () => {
  gateway = await sharedGateway({ worker: true });
});
afterAll(() => gateway.close());

const report = (token: string, ask: Ask = {}) => gateway.ask(ReportSessionDocument, { input: { token } }, ask);
const login = async (identifier: string, password: string, ask: Ask = {}) => {
  const input = { identifier, password, tokenDelivery: 'BODY' as const };
  return (await gateway.ask(LoginDocument, { input }, ask)).data.login;
};
const isAlive = async (token: string) => (await gateway.ask(MeDocument, {}, { token })).data?.me != null;

/** The token of a link, derived from its row as the worker does it. */
async function tokenOf(purpose: OneTimeCodePurpose, address: string): Promise<string> {
  const text = 'SELECT id, key_id FROM one_time_codes WHERE purpose = ? AND address = ?';
  const [row] = await rows<{ id: string; key_id: string }>(gateway, text, [purpose, address]);
  if (row === undefined) throw new Error(`No ${purpose} for ${address}.`);
  return deriveToken(gateway.dependencies.secretKeys, { id: row.id, keyId: row.key_id, purpose });
}

/** An account whose owner is signed in at home, and a stranger too, of whom the owner was told. */
async function intruded() {
  const { email, id } = await quickUser(gateway);
  const home = await loggedIn(gateway, email, { ask: AT_HOME });
  const stranger = await loggedIn(gateway, email, { ask: STRANGER });
  return { email, id, home, stranger, token: await tokenOf('REPORT_SESSION', stranger.session.id) };
}

const mailsOf = async (email: string, mail: string) =>
  (
    await rows<{ n: number }>(
      gateway,
      'SELECT count(*)::int AS n FROM outbox_messages WHERE recipient = ? AND mail = ?',
      [email, mail],
    )
  )[0]?.n;
const liveSessions = async (userId: string) =>
  (
    await rows<{ n: number }>(
      gateway,
      'SELECT count(*)::int AS n FROM sessions WHERE user_id = ? AND revoked_at IS NULL',
      [userId],
    )
  )[0]?.n;

describe('L4: the owner reports a sign-in that was not their own', () => {
  it('by the mailed link: everybody is signed out, and a reset is on its way', async () => {
    const { email, home, stranger } = await intruded();
    const notice = await gateway.mailTo(email, { mail: 'new-device' });
    expect(notice.code).toBeNull();
    const [page, token = ''] = notice.link?.split('#token=') ?? [];
    expect(page).toBe('http://localhost:4000/report-session');

    const reported = expectType((await report(token)).data.reportSession, 'SessionReported');
    expect(reported).toMatchObject({ sessionId: stranger.session.id, endedSessions: 2, mailStatus: 'QUEUED' });
    for (const { accessToken, refreshToken } of [home, stranger]) {
      expect(await isAlive(accessToken)).toBe(false);
      const { data } = await gateway.ask(RefreshDocument, { input: { refreshToken } });
      expectType(data.refresh, 'RefreshRejectedProblem');
    }
    const reasons = 'SELECT DISTINCT revocation_reason AS reason FROM sessions WHERE id IN (?, ?)';
    expect(await rows(gateway, reasons, [home.session.id, stranger.session.id])).toEqual([{ reason: 'REPORTED' }]);

    const mail = await gateway.mailTo(email, { mail: 'reset-password' });
    expect(mail.code).toMatch(/^\d{6}$/);
    const resetToken = mail.link?.split('#token=')[1] ?? '';
    const reset = await gateway.ask(ResetPasswordDocument, { input: { resetToken, newPassword: NEW_PASSWORD } });
    expectType(reset.data.resetPassword, 'PasswordResetSuccess');
    expectType(await login(email, NEW_PASSWORD, AT_HOME), 'LoginSuccess');
    expect(faults(gateway)).toEqual([]);
  });

  it('the password opens nothing until it is reset, and is not to be chosen again', async () => {
    const { email, token } = await intruded();
    const wrong = await login(email, 'Not-The-Password-1', STRANGER);
    await report(token);
    expect(await login(email, PASSWORD, STRANGER)).toEqual(wrong);
    expect(await login(email, PASSWORD, AT_HOME)).toEqual(wrong);
    const resetToken = await tokenOf('RESET_PASSWORD', email);
    const { data } = await gateway.ask(ResetPasswordDocument, { input: { resetToken, newPassword: PASSWORD } });
    expect(expectType(data.resetPassword, 'PasswordRejectedProblem').rules).toEqual(['REUSED']);
  });

  it('the stranger’s device is forgotten, and the owner’s is not', async () => {
    const { email, token } = await intruded();
    await report(token);
    const resetToken = await tokenOf('RESET_PASSWORD', email);
    await gateway.ask(ResetPasswordDocument, { input: { resetToken, newPassword: NEW_PASSWORD } });
    expect(await mailsOf(email, 'new-device')).toBe(1);
    expectType(await login(email, NEW_PASSWORD, AT_HOME), 'LoginSuccess');
    expect(await mailsOf(email, 'new-device')).toBe(1);
    expectType(await login(email, NEW_PASSWORD, STRANGER), 'LoginSuccess');
    expect(await mailsOf(email, 'new-device')).toBe(2);
  });

  it('whatever the stranger made of the session in the meantime ends too', async () => {
    const { id, email, stranger, token } = await intruded();
    const { data } = await gateway.ask(RefreshDocument, { input: { refreshToken: stranger.refreshToken } }, STRANGER);
    const refreshed = expectType(data.refresh, 'RefreshSuccess').tokens;
    const ask = { ...STRANGER, token: refreshed.accessToken };
    const renewed = await gateway.ask(ReauthenticateDocument, { input: { password: PASSWORD } }, ask);
    const { tokens } = expectType(renewed.data.reauthenticate, 'Reauthenticated');
    const another = await loggedIn(gateway, email, { ask: STRANGER });
    expect(expectType((await report(token)).data.reportSession, 'SessionReported').endedSessions).toBe(3);
    for (const accessToken of [tokens.accessToken, another.accessToken]) expect(await isAlive(accessToken)).toBe(false);
    expect(await liveSessions(id)).toBe(0);
  });

  it('a ticket that the password opened is closed with it', async () => {
    const { email, id, token } = await intruded();
    await rows(gateway, 'UPDATE users SET password_breached_at = now() WHERE id = ?', [id]);
    const { resetToken } = expectType(await login(email, PASSWORD, STRANGER), 'PasswordChangeRequired');
    await report(token);
    const { data } = await gateway.ask(ResetPasswordDocument, { input: { resetToken, newPassword: NEW_PASSWORD } });
    expectType(data.resetPassword, 'TokenProblem');
  });

  it('a sign-in at the same moment does not survive', async () => {
    for (let round = 0; round < 3; round += 1) {
      const { email, id, token } = await intruded();
      const [reported] = await Promise.all([report(token), atOnce(4, () => login(email, PASSWORD, STRANGER))]);
      expectType(reported.data.reportSession, 'SessionReported');
      expect(await liveSessions(id)).toBe(0);
    }
    expect(faults(gateway)).toEqual([]);
  });

  it('a disabled account gets no mail, and stays as it is', async () => {
    const { email, id, token } = await intruded();
    await rows(gateway, 'UPDATE users SET disabled_at = now() WHERE id = ?', [id]);
    expectType((await report(token)).data.reportSession, 'SessionReported');
    expect(await mailsOf(email, 'reset-password')).toBe(0);
  });

  it('forgets every device where the session itself is gone', async () => {
    const { id, stranger, token } = await intruded();
    await rows(gateway, 'DELETE FROM sessions WHERE id = ?', [stranger.session.id]);
    const reported = expectType((await report(token)).data.reportSession, 'SessionReported');
    expect(reported.endedSessions).toBe(1);
    expect(await rows(gateway, 'SELECT 1 FROM known_devices WHERE user_id = ?', [id])).toEqual([]);
  });
});

describe('O3: the link works once', () => {
  it('ten uses at once report once', async () => {
    const { email, token } = await intruded();
    const names = (await atOnce(10, () => report(token))).map(({ data }) => data.reportSession.__typename);
    expect(names.filter((name) => name === 'SessionReported')).toHaveLength(1);
    expect(names.filter((name) => name === 'TokenProblem')).toHaveLength(9);
    expect(await mailsOf(email, 'reset-password')).toBe(1);
    expect(faults(gateway)).toEqual([]);
  });

  it('used, expired, unknown and malformed tokens answer alike', async () => {
    const used = await intruded();
    await report(used.token);
    const expired = await intruded();
    const tokens = [used.token, 'A'.repeat(64), '', 'x', '\u0000', "' OR 1=1--", '😀', 'A'.repeat(90_000), newEmail()];
    const answers = new Set<string>();
    for (const token of tokens) answers.add(masked((await report(token)).body));
    gateway.clock.advance(86_401);
    answers.add(masked((await report(expired.token)).body));
    expect([...answers]).toEqual([expect.stringContaining('TOKEN_INVALID')]);
    expect(await liveSessions(expired.id)).toBe(2);
    expect(faults(gateway)).toEqual([]);
  });

  it('O4: lives as long as SESSION_REPORT_TTL says', async () => {
    const { token, id } = await intruded();
    gateway.clock.advance(86_390);
    expectType((await report(token)).data.reportSession, 'SessionReported');
    expect(await liveSessions(id)).toBe(0);
  });

  it('O2: a token of another purpose is none, and it is none elsewhere', async () => {
    const { email, token, stranger } = await intruded();
    const fresh = await quickUser(gateway);
    const others = [
      fresh.exchangeToken,
      await tokenOf('VERIFY_EMAIL', email),
      stranger.accessToken,
      stranger.refreshToken,
    ];
    for (const other of others) expectType((await report(other)).data.reportSession, 'TokenProblem');
    const verified = await gateway.ask(VerifyEmailWithTokenDocument, { input: { token } });
    expectType(verified.data.verifyEmailWithToken, 'TokenProblem');
    expectType((await gateway.ask(ExchangeTokenDocument, { input: { token } })).data.exchangeToken, 'TokenProblem');
    const reset = { input: { resetToken: token, newPassword: NEW_PASSWORD } };
    expectType((await gateway.ask(ResetPasswordDocument, reset)).data.resetPassword, 'TokenProblem');
    expect(await isAlive(token)).toBe(false);
    expectType((await report(token)).data.reportSession, 'SessionReported');
  });
});

describe('O6: nothing but the POSTed mutation uses a link', () => {
  it('pages may be opened and looked at, with the token wherever a scanner puts it', async () => {
    const { token } = await intruded();
    for (const method of ['GET', 'HEAD'] as const) {
      for (const page of ['/report-session', '/reset-password', '/revert-email', '/verify-email']) {
        const url = `${page}?token=${token}`;
        const { statusCode, headers, body } = await gateway.inject({ method, url });
        expect(statusCode).toBe(200);
        expect(headers['set-cookie']).toBeUndefined();
        expect(body).not.toContain(token);
      }
      const query = `mutation { reportSession(input: { token: "${token}" }) { __typename } }`;
      const url = `/graphql?query=${encodeURIComponent(query)}`;
      expect((await gateway.inject({ method, url })).statusCode).toBeGreaterThanOrEqual(400);
    }
    expect(gateway.logLines.join('\n')).not.toContain(token);
    expectType((await report(token)).data.reportSession, 'SessionReported');
  });

  it('the link of a mail never follows the headers of a request', async () => {
    const { email } = await quickUser(gateway);
    await loggedIn(gateway, email, { ask: AT_HOME });
    const forged = { host: 'evil.example', 'x-forwarded-host': 'evil.example', 'x-forwarded-proto': 'ftp' };
    const headers = { ...STRANGER.headers, ...forged, forwarded: 'host=evil.example' };
    await loggedIn(gateway, email, { ask: { ...STRANGER, headers } });
    const { link, text, html } = await gateway.mailTo(email, { mail: 'new-device' });
    expect(link).toMatch(/^http:\/\/localhost:4000\/report-session#token=[\w-]{64}$/);
    expect(`${text}${html}`).not.toContain('evil.example');
    await report(link?.split('#token=')[1] ?? '', { headers: forged });
    const mail = await gateway.mailTo(email, { mail: 'reset-password' });
    expect(mail.link).toMatch(/^http:\/\/localhost:4000\/reset-password#token=[\w-]{64}$/);
    expect(`${mail.text}${mail.html}`).not.toContain('evil.example');
  });

  it('leads to the app where there is one, and the pages are not served then', async () => {
    const other = await testGateway({ worker: true, env: { APP_URL: 'https://app.example.com' } });
    const { email } = await quickUser(other);
    await loggedIn(other, email, { ask: AT_HOME });
    await loggedIn(other, email, { ask: STRANGER });
    const { link } = await other.mailTo(email, { mail: 'new-device' });
    expect(link).toMatch(/^https:\/\/app\.example\.com\/report-session#token=/);
    for (const url of ['/report-session', '/reset-password', '/revert-email', '/verify-email']) {
      expect((await other.inject({ url })).statusCode).toBe(404);
    }
  });
});

describe('U1: reports are audited', () => {
  const eventsOf = (requestId: unknown) =>
    rows(
      gateway,
      'SELECT type, success, risk_level, user_id, actor_id, ip_address, metadata FROM audit_events WHERE request_id = ?',
      [requestId],
    );

  it('one that works, and one that does not', async () => {
    const { id, stranger, token } = await intruded();
    const right = await report(token, { from: '198.51.100.7' });
    const event = { type: 'SESSION_REPORT', actor_id: null, ip_address: '198.51.100.7' };
    expect(await eventsOf(right.headers['x-request-id'])).toEqual([
      {
        ...event,
        success: true,
        risk_level: 'CRITICAL',
        user_id: id,
        metadata: { sessionId: stranger.session.id, endedSessions: 2 },
      },
    ]);
    const wrong = await report(token, { from: '198.51.100.7' });
    expect(await eventsOf(wrong.headers['x-request-id'])).toEqual([
      { ...event, success: false, risk_level: 'MEDIUM', user_id: null, metadata: {} },
    ]);
  });

  it('neither the log nor a row holds the token', async () => {
    const { token } = await intruded();
    await report(token);
    await report(token);
    expect(gateway.logLines.join('\n')).not.toContain(token);
    for (const table of ['audit_events', 'outbox_messages', 'one_time_codes', 'sessions']) {
      const [row] = await rows<{ held: number }>(
        gateway,
        `SELECT count(*)::int AS held FROM ${table} t WHERE t::text LIKE ?`,
        [`%${token}%`],
      );
      expect({ table, held: row?.held }).toEqual({ table, held: 0 });
    }
  });
});

it('X1: tokens are tried ten times an hour from one network', async () => {
  const limited = await testGateway({ env: { RATE_LIMITS: 'on' } });
  const names: string[] = [];
  for (let tries = 0; tries < 11; tries += 1) {
    const { data } = await limited.ask(ReportSessionDocument, { input: { token: 'x' } });
    names.push(data.reportSession.__typename);
  }
  expect(names.slice(0, 10).every((name) => name === 'TokenProblem')).toBe(true);
  expect(names[10]).toBe('AuthRateLimitProblem');
});

it('G4: one document holds one of them', async () => {
  const text =
    'mutation { a: reportSession(input: { token: "x" }) { __typename } b: reportSession(input: { token: "y" }) { __typename } }';
  expect((await gateway.send(text)).status).toBe(400);
});

describe('L4, S3: a stranger who moved the account to another address before', () => {
  it('loses it: the address is back, and the reset goes there', async () => {
    const { email, id, stranger, token } = await intruded();
    const theirs = newEmail();
    await moveTo(gateway, { id, accessToken: stranger.accessToken }, theirs);
    expectType((await report(token)).data.reportSession, 'SessionReported');
    expect(await isAlive(stranger.accessToken)).toBe(false);
    const [user] = await rows(gateway, 'SELECT email FROM users WHERE id = ?', [id]);
    expect(user).toEqual({ email });
    expect(await mailsOf(email, 'reset-password')).toBe(1);
    expect(await mailsOf(theirs, 'reset-password')).toBe(0);
    const resetToken = await tokenOf('RESET_PASSWORD', email);
    const done = await gateway.ask(ResetPasswordDocument, { input: { resetToken, newPassword: NEW_PASSWORD } });
    expectType(done.data.resetPassword, 'PasswordResetSuccess');
    expect((await login(email, NEW_PASSWORD)).__typename).toBe('LoginSuccess');
    expect(faults(gateway)).toEqual([]);
  });

  it('a move from before their sign-in stays', async () => {
    const { email, id } = await quickUser(gateway);
    const home = await loggedIn(gateway, email, { ask: AT_HOME });
    const own = newEmail();
    await moveTo(gateway, { id, accessToken: home.accessToken }, own);
    gateway.clock.advance(1);
    const stranger = await loggedIn(gateway, own, { ask: STRANGER });
    await report(await tokenOf('REPORT_SESSION', stranger.session.id));
    expect(await rows(gateway, 'SELECT email FROM users WHERE id = ?', [id])).toEqual([{ email: own }]);
    expect(await mailsOf(own, 'reset-password')).toBe(1);
  });
});

import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { deriveToken } from '../../../src/services/one-time-codes/derive.js';
import { PASSWORD_HASH_COST } from '../../../src/services/passwords/hasher.js';
import {
  ExchangeTokenDocument,
  MeDocument,
  ReauthenticateDocument,
  RefreshDocument,
  ReportSessionDocument,
  RevertEmailChangeDocument,
  VerifyEmailWithTokenDocument,
} from '../../generated/operations.js';
import { atOnce, faults, mailedTo, quickUser, rows, signedUp, wrongCode } from '../../support/accounts.js';
import { sharedGateway, type TestGateway, testGateway } from '../../support/app.js';
import { expectType, loggedIn, newEmail, PASSWORD } from '../../support/journey.js';
import {
  change,
  login,
  NEW_PASSWORD,
  requestReset,
  reset,
  resetMailOf,
  ticketOf,
  verifyCode,
} from '../../support/passwords.js';

let gateway: TestGateway;
let replica: TestGateway;

beforeAll(async () => {
  gateway = await sharedGateway();
  replica = await sharedGateway({ replicaOf: gateway });
});
afterAll(async () => {
  await replica.close();
  await gateway.close();
});

const either = (index: number) => (index % 2 === 0 ? gateway : replica);
const passwordOf = (index: number) => `Patient-Otter-${index}-Lantern`;
const liveSessions = async (email: string) =>
  (
    await rows(
      gateway,
      'SELECT s.id FROM sessions s JOIN users u ON u.id = s.user_id WHERE u.email = ? AND s.revoked_at IS NULL',
      [email],
    )
  ).length;

/** A deadlock is answered as something to try again, so that only the log tells of it. */
function noFaults(): void {
  const deadlocks = [...gateway.logLines, ...replica.logLines].filter((line) => line.includes('deadlock'));
  expect([...faults(gateway), ...faults(replica), ...deadlocks]).toEqual([]);
}

describe('O3: of ten at once one wins', () => {
  it('with one link', async () => {
    const { email, id } = await quickUser(gateway);
    const { token } = await resetMailOf(gateway, email);
    const names = (await atOnce(10, (index) => reset(either(index), token, passwordOf(index)))).map(
      ({ __typename }) => __typename,
    );
    expect(names.filter((name) => name === 'PasswordResetSuccess')).toHaveLength(1);
    expect(names.filter((name) => name === 'TokenProblem')).toHaveLength(9);
    const works = [];
    for (let index = 0; index < 10; index += 1) {
      const { __typename } = await login(gateway, email, passwordOf(index), { from: `192.0.2.${index}` });
      works.push(__typename === 'LoginSuccess');
      await rows(gateway, 'DELETE FROM login_failures');
    }
    expect(works.filter(Boolean)).toHaveLength(1);
    expect(works.indexOf(true)).toBe(names.indexOf('PasswordResetSuccess'));
    const history = 'SELECT count(*)::int AS n FROM password_history WHERE user_id = ?';
    expect(await rows(gateway, history, [id])).toEqual([{ n: 1 }]);
    noFaults();
  });

  it('with the link and a ticket of one account', async () => {
    const { email } = await quickUser(gateway);
    const ticket = await ticketOf(gateway, email);
    const { token } = await resetMailOf(gateway, email);
    const names = (
      await atOnce(10, (index) => reset(either(index), index % 3 === 0 ? ticket : token, passwordOf(index)))
    ).map(({ __typename }) => __typename);
    expect(names.filter((name) => name === 'PasswordResetSuccess')).toHaveLength(1);
    noFaults();
  });

  it('with one code, which gives one ticket', async () => {
    const { email } = await quickUser(gateway);
    const { code } = await resetMailOf(gateway, email);
    // As many as a code may be tried.
    const names = (await atOnce(5, (index) => verifyCode(either(index), email, code))).map(
      ({ __typename }) => __typename,
    );
    expect(names.filter((name) => name === 'PasswordResetTicket')).toHaveLength(1);
    noFaults();
  });

  it('with one present password', async () => {
    const { email } = await quickUser(gateway);
    const sessions = await atOnce(4, () => loggedIn(gateway, email));
    const names = (
      await Promise.all(
        sessions.map(({ accessToken }, index) => change(either(index), accessToken, { next: passwordOf(index) })),
      )
    ).map(({ __typename }) => __typename);
    expect(names.filter((name) => name === 'PasswordChanged')).toHaveLength(1);
    expect(await liveSessions(email)).toBe(1);
    noFaults();
  });
});

describe('O5: counting', () => {
  it('fifty wrong codes at once are five tries', async () => {
    const { email } = await quickUser(gateway);
    const { code } = await resetMailOf(gateway, email);
    const answers = await atOnce(50, (index) => verifyCode(either(index), email, wrongCode(code, index + 1)));
    const left = answers.map((answer) => expectType(answer, 'CodeProblem').attemptsLeft);
    expect(left.filter((count) => count !== null && count > 0).sort()).toEqual([1, 2, 3, 4]);
    expectType(await verifyCode(gateway, email, code), 'CodeProblem');
    noFaults();
  });

  it('ten requests at once mail once, the first time and again', async () => {
    const { email } = await quickUser(gateway);
    const mails = 'SELECT count(*)::int AS n FROM outbox_messages WHERE recipient = ? AND mail = ?';
    for (const [address, mail] of [
      [email, 'reset-password'],
      [newEmail(), 'none'],
    ] as const) {
      await atOnce(10, (index) => requestReset(either(index), address));
      expect(await rows(gateway, mails, [address, mail])).toEqual([{ n: 1 }]);
      gateway.clock.advance(61);
      await atOnce(10, (index) => requestReset(either(index), address));
      expect(await rows(gateway, mails, [address, mail])).toEqual([{ n: 2 }]);
    }
    noFaults();
  });
});

describe('S3: nothing that the old password opened is left', () => {
  it('logins that cross a reset', async () => {
    const slow = await testGateway({ replicaOf: gateway, hashCost: PASSWORD_HASH_COST });
    for (let round = 0; round < 4; round += 1) {
      const { email } = await quickUser(gateway);
      await loggedIn(gateway, email);
      const { token } = await resetMailOf(gateway, email);
      const [outcome, ...logins] = await Promise.all([
        reset(gateway, token),
        ...Array.from({ length: 4 }, (_, index) => login(index % 2 === 0 ? slow : replica, email, PASSWORD)),
      ]);
      expectType(outcome, 'PasswordResetSuccess');
      expect(await liveSessions(email)).toBe(0);
      for (const one of logins) {
        if (one.__typename !== 'LoginSuccess') continue;
        const { data } = await gateway.ask(RefreshDocument, {
          input: { refreshToken: one.tokens.refreshToken ?? '' },
        });
        expectType(data.refresh, 'RefreshRejectedProblem');
      }
    }
    noFaults();
    expect(faults(slow)).toEqual([]);
  });

  it('refreshes, proofs and changes of sessions that cross a reset', async () => {
    for (let round = 0; round < 4; round += 1) {
      const { email } = await quickUser(gateway);
      const [one, two, three] = [
        await loggedIn(gateway, email),
        await loggedIn(gateway, email),
        await loggedIn(gateway, email),
      ];
      const { token } = await resetMailOf(gateway, email);
      const [outcome] = await Promise.all([
        reset(gateway, token),
        replica.ask(RefreshDocument, { input: { refreshToken: one.refreshToken } }),
        replica.ask(ReauthenticateDocument, { input: { password: PASSWORD } }, { token: two.accessToken }),
        gateway.ask(ReauthenticateDocument, { input: { password: PASSWORD } }, { token: one.accessToken }),
        change(replica, three.accessToken, { next: passwordOf(round) }),
      ]);
      // The change may have come first, and have ended the link.
      if (outcome.__typename === 'PasswordResetSuccess') expect(await liveSessions(email)).toBe(0);
      else expectType(outcome, 'TokenProblem');
      expect(await liveSessions(email)).toBeLessThanOrEqual(1);
    }
    noFaults();
  });

  it('an exchange token that was given before it', async () => {
    const { email, exchangeToken } = await quickUser(gateway);
    await rows(
      gateway,
      "UPDATE one_time_codes SET link_expires_at = link_expires_at + interval '1 hour' WHERE purpose = 'EXCHANGE' AND address = ?",
      [email],
    );
    expectType(await reset(gateway, (await resetMailOf(gateway, email)).token), 'PasswordResetSuccess');
    const { data } = await gateway.ask(ExchangeTokenDocument, { input: { token: exchangeToken } });
    expectType(data.exchangeToken, 'TokenProblem');
  });

  it('a verification that crosses a reset', async () => {
    for (let round = 0; round < 4; round += 1) {
      const { email } = await signedUp(gateway);
      const { token: link } = await mailedTo(gateway, email);
      const { token } = await resetMailOf(gateway, email);
      const [outcome] = await Promise.all([
        reset(gateway, token),
        replica.ask(VerifyEmailWithTokenDocument, { input: { token: link } }),
      ]);
      expectType(outcome, 'PasswordResetSuccess');
      expectType(await login(gateway, email, NEW_PASSWORD), 'LoginSuccess');
    }
    noFaults();
  });
});

describe('O2: a secret of one purpose is no good for another', () => {
  it('every secret at every door but its own', async () => {
    const { email, exchangeToken } = await quickUser(gateway);
    const { accessToken, refreshToken } = await loggedIn(gateway, email);
    const pending = await mailedTo(gateway, (await signedUp(gateway)).email);
    const ticket = await ticketOf(gateway, email);
    const { code, token } = await resetMailOf(gateway, email);
    const [row] = await rows<{ id: string; key_id: string }>(
      gateway,
      "SELECT id, key_id FROM one_time_codes WHERE purpose = 'RESET_PASSWORD' AND address = ?",
      [email],
    );
    const identity = { id: row?.id ?? '', keyId: row?.key_id ?? '' };
    const { secretKeys } = gateway.dependencies;
    const disguised = (['VERIFY_EMAIL', 'EXCHANGE', 'RESET_TICKET', 'REVERT_EMAIL', 'REPORT_SESSION'] as const).map(
      (purpose) => deriveToken(secretKeys, { ...identity, purpose }),
    );
    for (const other of [exchangeToken, accessToken, refreshToken, pending.token, pending.code, code, ...disguised]) {
      expectType(await reset(gateway, other), 'TokenProblem');
    }
    for (const mine of [ticket, token]) {
      const doors = [
        (await gateway.ask(VerifyEmailWithTokenDocument, { input: { token: mine } })).data.verifyEmailWithToken,
        (await gateway.ask(ExchangeTokenDocument, { input: { token: mine } })).data.exchangeToken,
        (await gateway.ask(RevertEmailChangeDocument, { input: { token: mine } })).data.revertEmailChange,
        (await gateway.ask(ReportSessionDocument, { input: { token: mine } })).data.reportSession,
        (await gateway.ask(RefreshDocument, { input: { refreshToken: mine } })).data.refresh,
      ];
      expect(doors.map(({ __typename }) => __typename)).toEqual([
        ...Array(4).fill('TokenProblem'),
        'RefreshRejectedProblem',
      ]);
      const me = await gateway.ask(MeDocument, {}, { token: mine });
      expect(me.errors[0]?.extensions.code).toBe('UNAUTHENTICATED');
    }
    expectType(await verifyCode(gateway, newEmail(), code), 'CodeProblem');
    expectType(await reset(gateway, token), 'PasswordResetSuccess');
  });

  it('a code of one address with another address, and a verification code as a reset code', async () => {
    const { email } = await signedUp(gateway);
    const verification = await mailedTo(gateway, email);
    const mine = await resetMailOf(gateway, email);
    if (verification.code !== mine.code) {
      expectType(await verifyCode(gateway, email, verification.code), 'CodeProblem');
    }
    const { email: other } = await quickUser(gateway);
    const theirs = await resetMailOf(gateway, other);
    if (theirs.code !== mine.code) expectType(await verifyCode(gateway, other, mine.code), 'CodeProblem');
    expectType(await verifyCode(gateway, email, mine.code), 'PasswordResetTicket');
  });

  it('hostile tokens and every changed letter of a link are refused, and nothing else happens', async () => {
    const { email } = await quickUser(gateway);
    const { token } = await resetMailOf(gateway, email);
    for (const hostile of ['', 'x', '\u0000', 'A'.repeat(90_000), "' OR 1=1--", '😀', '{"a":1}']) {
      expectType(await reset(gateway, hostile), 'TokenProblem');
    }
    for (let place = 0; place < token.length; place += 7) {
      const changed = `${token.slice(0, place)}${token[place] === 'A' ? 'B' : 'A'}${token.slice(place + 1)}`;
      expectType(await reset(gateway, changed), 'TokenProblem');
    }
    expectType(await reset(gateway, token), 'PasswordResetSuccess');
    noFaults();
  });
});

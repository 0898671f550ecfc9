import { resolve } from 'node:path';
import { beforeAll, describe, expect, inject, it } from 'vitest';
import {
  CompleteTwoFactorDocument,
  ConfirmTotpDocument,
  EnrolTotpDocument,
  LogoutDocument,
  MeDocument,
  RefreshDocument,
  RequestPasswordResetDocument,
  ResendVerificationDocument,
  ResetPasswordDocument,
  RevokeOtherSessionsDocument,
  SignupDocument,
  VerifyEmailDocument,
  VerifyPasswordResetCodeDocument,
} from '../generated/operations.js';
import { setUpShared } from '../support/cleanup.js';
import { eventually } from '../support/eventually.js';
import { expectType, newEmail, PASSWORD } from '../support/journey.js';
import type { ChildGateway } from '../support/process.js';
import { codeAt } from '../support/totp.js';
import {
  account,
  login,
  mailedCode,
  mailsAreOut,
  refusedSoon,
  type TwoProcesses,
  tokensOf,
  twoProcesses,
} from '../support/two-processes.js';

// What decides by time, and what proves here that the database's time decides, on two processes whose clocks are two hours apart:
//
// | Times                                              | Proof                                                       |
// | -------------------------------------------------- | ----------------------------------------------------------- |
// | `exp` and `iat` of access tokens                   | 'a token of either'                                         |
// | sessions: end, rotation, revocation                | 'a token of either', 'a session ends when it should'        |
// | failures, lock, delay                              | 'the lock comes'                                            |
// | codes, links, tickets, cool-downs                  | 'codes and tickets', 'a code is over when its time is'      |
// | recent sign-in                                     | 'a recent sign-in is recent at both'                         |
// | pending second factors, their steps and challenges | the same                                                    |
// | leases of mails                                    | every mail that these tests read was sent by a worker here  |
// | tries of mails                                     | 'a mail that has to wait is tried again when it is due'     |
// | signing keys, devices, events and all that is kept | 'nothing that was written is of another time'               |
// | windows of limits                                  | limits-counting.test.ts; in Redis they are Redis's own      |
// | the purge                                          | asks the same clock as all of these                         |

const HOUR = 3_600_000;
const WRONG = 'Wrong-Horse-7-Staple';
const preload = `--import=${resolve('tests/support/shifted-clock.js')}`;
const shifted = (milliseconds: number) => ({ NODE_OPTIONS: preload, CLOCK_SHIFT_MS: String(milliseconds) });

interface Health {
  status: string;
  parts: Record<string, string>;
}

async function healthOf(gateway: ChildGateway): Promise<Health> {
  return (await (await fetch(`${gateway.url}/health/ready`)).json()) as Health;
}

/** Out of readiness for its clock alone. */
async function wholeButForItsClock(gateway: ChildGateway): Promise<void> {
  await eventually(async () => {
    const { parts } = await healthOf(gateway);
    expect(Object.keys(parts).filter((part) => parts[part] !== 'up')).toEqual(['clock']);
  }, 60_000);
}

async function meAt(gateway: ChildGateway, token: string): Promise<string | undefined> {
  const { data, errors } = await gateway.ask(MeDocument, {}, { token });
  return (errors?.[0]?.extensions.code as string | undefined) ?? data.me?.id;
}

let parts: TwoProcesses;
/** The two, and the two the other way round. */
const bothWays = () => [parts.both, [parts.other, parts.one] as const] as const;

describe.skipIf(inject('redisUrl') === null)('on two processes, an hour ahead and an hour behind', () => {
  beforeAll(async () => {
    const unlike = { own: [shifted(HOUR), shifted(-HOUR)], until: wholeButForItsClock } as const;
    const shared = await setUpShared(() => twoProcesses({}, unlike));
    ({ parts } = shared);
    return shared.close;
  });

  it('says so in one line, and is out of readiness', async () => {
    for (const gateway of parts.both) {
      expect((await fetch(`${gateway.url}/health/ready`)).status).toBe(503);
      const lines = gateway
        .output()
        .split('\n')
        .filter((line) => line.includes('the clock of this machine differs'));
      expect(lines.length).toBeGreaterThan(0);
      expect(lines[0]).toMatch(/differ by 3(59|60)\d s\./);
    }
  });

  it('a token of either is taken by the other, and refused there after the logout', async () => {
    const { email, id } = await account(parts);
    for (const [here, there] of bothWays()) {
      const { token, refreshToken } = await tokensOf(here, email);
      expect(await meAt(there, token)).toBe(id);
      const refreshed = await there.ask(RefreshDocument, { input: { refreshToken } });
      const { tokens } = expectType(refreshed.data.refresh, 'RefreshSuccess');
      expect(await meAt(here, tokens.accessToken)).toBe(id);
      const left = new Date(tokens.accessTokenExpiresAt).getTime() - Date.now();
      expect(Math.abs(left - 900_000)).toBeLessThan(60_000);
      await here.ask(LogoutDocument, {}, { token });
      await refusedSoon(there, token);
      await refusedSoon(there, tokens.accessToken);
    }
  });

  it('the lock comes though tries alternate, and for its time', async () => {
    const { email } = await account(parts);
    const gatewayOf = (index: number) => parts.both[index % 2 === 0 ? 0 : 1];
    for (let index = 0; index < 5; index += 1) {
      expectType(await login(gatewayOf(index), email, `${WRONG}${index}`), 'InvalidCredentialsProblem');
    }
    for (let index = 5; index < 10; index += 1) {
      const locked = expectType(await login(gatewayOf(index), email, PASSWORD), 'AccountLockedProblem');
      expect(Math.abs(new Date(locked.lockedUntil).getTime() - Date.now() - 1_800_000)).toBeLessThan(60_000);
    }
    await parts.rows('UPDATE login_failures SET locked_until = now() - $1::interval', ['1 minute']);
    for (const gateway of parts.both) expectType(await login(gateway, email), 'LoginSuccess');
  });

  it('codes and tickets of either are good at the other, within their cool-downs', async () => {
    for (const [here, there] of bothWays()) {
      const email = newEmail();
      await here.ask(SignupDocument, { input: { email, password: PASSWORD } });
      const code = await mailedCode(parts, email);
      await there.ask(ResendVerificationDocument, { input: { email } });
      expectType((await there.ask(VerifyEmailDocument, { input: { email, code } })).data.verifyEmail, 'EmailVerified');
      await here.ask(RequestPasswordResetDocument, { input: { email } });
      const reset = await mailedCode(parts, email, 2);
      await there.ask(RequestPasswordResetDocument, { input: { email } });
      const input = { email, code: reset };
      const verified = await there.ask(VerifyPasswordResetCodeDocument, { input });
      const { resetToken } = expectType(verified.data.verifyPasswordResetCode, 'PasswordResetTicket');
      const password = { resetToken, newPassword: `${PASSWORD}-new` };
      const done = await here.ask(ResetPasswordDocument, { input: password });
      expectType(done.data.resetPassword, 'PasswordResetSuccess');
      await mailsAreOut(parts);
      const codes = await parts.rows('SELECT mail FROM outbox_messages WHERE recipient = $1 AND code_id IS NOT NULL', [
        email,
      ]);
      expect(codes.map(({ mail }) => mail).toSorted()).toEqual(['reset-password', 'verify-email']);
    }
  });

  it('a code is over when its time is', async () => {
    for (const gateway of parts.both) {
      const email = newEmail();
      await parts.one.ask(SignupDocument, { input: { email, password: PASSWORD } });
      const code = await mailedCode(parts, email);
      await parts.rows("UPDATE one_time_codes SET code_expires_at = now() - interval '1 minute' WHERE address = $1", [
        email,
      ]);
      const { data } = await gateway.ask(VerifyEmailDocument, { input: { email, code } });
      expectType(data.verifyEmail, 'CodeProblem');
    }
  });

  it('a session ends when it should, neither sooner nor later', async () => {
    const { email } = await account(parts);
    for (const gateway of parts.both) {
      for (const [ends, answer] of [
        ['5 minutes', 'RefreshSuccess'],
        ['-5 minutes', 'RefreshRejectedProblem'],
      ] as const) {
        const { refreshToken, sessionId } = await tokensOf(gateway, email);
        await parts.rows('UPDATE sessions SET expires_at = now() + $2::interval WHERE id = $1', [sessionId, ends]);
        const { data } = await gateway.ask(RefreshDocument, { input: { refreshToken } });
        expect(data.refresh.__typename).toBe(answer);
      }
    }
  });

  it('a recent sign-in is recent at both, and a second factor begun at one is finished at the other', async () => {
    const { email } = await account(parts);
    const [here, there] = parts.both;
    const { token } = await tokensOf(here, email);
    const revoked = await there.ask(RevokeOtherSessionsDocument, {}, { token });
    expectType(revoked.data.revokeOtherSessions, 'SessionsRevoked');
    const { secret } = expectType(
      (await here.ask(EnrolTotpDocument, { input: { password: PASSWORD } }, { token })).data.enrolTotp,
      'TotpEnrolment',
    );
    const step = Math.floor(Date.now() / 30_000);
    const confirm = { input: { code: codeAt(secret, step - 1) } };
    expectType((await there.ask(ConfirmTotpDocument, confirm, { token })).data.confirmTotp, 'RecoveryCodes');
    const { challenge } = expectType(await login(here, email), 'TwoFactorRequired');
    const complete = { input: { challenge, code: codeAt(secret, step) } };
    expectType((await there.ask(CompleteTwoFactorDocument, complete)).data.completeTwoFactor, 'LoginSuccess');
  });

  it('nothing that was written is of another time', async () => {
    const columns = await parts.rows<{ name: string; of: string }>(
      `SELECT table_name AS of, column_name AS name FROM information_schema.columns
       WHERE table_schema = 'public' AND data_type = 'timestamp with time zone' AND table_name <> 'migrations'
         AND column_name !~ 'expires|until|next_attempt|retires'`,
    );
    expect(columns.length).toBeGreaterThan(20);
    for (const { of, name } of columns) {
      // Of an address without a code the row says 1970.
      const off = `SELECT '${of}.${name}' AS written, ${name} FROM ${of}
        WHERE abs(extract(epoch FROM ${name} - now())) > 1800 AND ${name} > 'epoch'`;
      expect(await parts.rows(off)).toEqual([]);
    }
  });

  it('a mail that has to wait is tried again when it is due, also by another process', async () => {
    const { one: ahead, other: behind, server } = parts;
    const waits = (gateway: ChildGateway) => gateway.output().split('an email was postponed').length - 1;
    const before = parts.both.map(waits);
    server.answer = 451;
    const emails = Array.from({ length: 8 }, newEmail);
    for (const email of emails) await behind.ask(SignupDocument, { input: { email, password: PASSWORD } });
    await eventually(() =>
      expect(parts.both.every((gateway, index) => waits(gateway) > (before[index] ?? 0))).toBe(true),
    );
    // What it put off is due by nobody's clock but the database's.
    expect(await ahead.stop()).toBe(0);
    server.answer = 250;
    for (const email of emails) await server.waitFor(1, { to: email });
    for (const email of emails) {
      const times = server.received.filter(({ to }) => to.includes(email)).map(({ at }) => at);
      expect(times.length).toBeGreaterThan(1);
      for (const [index, at] of times.slice(1).entries()) {
        expect(at - (times[index] ?? 0)).toBeGreaterThan(450 * 2 ** index);
      }
    }
  });
});

import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { OPERATOR } from '../../../src/services/admin/administrator.js';
import { changeUser } from '../../../src/services/admin/change-user.js';
import { LoginDocument, MeDocument, RefreshDocument, ResetPasswordDocument } from '../../generated/operations.js';
import { accountOf, atOnce, commandContext, faults, quickUser, rows, signedUp } from '../../support/accounts.js';
import { sharedGateway, type TestGateway } from '../../support/app.js';
import {
  changeCodeOf,
  confirmChange,
  derived,
  eventsOf,
  mailsTo,
  moveTo,
  requestChange,
  revertChange,
  signedInUser,
  wayBackOf,
} from '../../support/email-change.js';
import { expectType, loggedIn, newEmail, PASSWORD } from '../../support/journey.js';

let gateway: TestGateway;

beforeAll(async () => {
  gateway = await sharedGateway({ worker: true });
});
afterAll(() => gateway.close());

const NEW_PASSWORD = 'Another-Horse-8-Staple';
const login = async (identifier: string, password = PASSWORD) =>
  (await gateway.ask(LoginDocument, { input: { identifier, password } })).data.login;
const revertEvents = async (id: string) =>
  (await eventsOf(gateway, id)).filter(({ type }) => type === 'EMAIL_CHANGE_REVERT');

/** A user who moved, and where to. */
async function movedUser() {
  const user = await signedInUser(gateway);
  const to = newEmail();
  await moveTo(gateway, user, to);
  return { ...user, to, wayBack: await wayBackOf(gateway, user.email) };
}

describe('S3: the old address takes the account back', () => {
  it('by the link of its mail, without a sign-in; every session ends, and a reset comes by mail', async () => {
    const user = await movedUser();
    const mail = await gateway.mailTo(user.email, { mail: 'email-changed' });
    expect(mail.link).toBe(`http://localhost:4000/revert-email#token=${user.wayBack}`);
    expect(mail.text).not.toContain(user.to);
    const reverted = expectType(await revertChange(gateway, user.wayBack), 'EmailChangeReverted');
    expect(reverted).toMatchObject({ email: user.email, mailStatus: 'QUEUED' });
    expect((await accountOf(gateway, user.email))?.id).toBe(user.id);
    const me = await gateway.ask(MeDocument, {}, { token: user.accessToken });
    expect(me.errors[0]?.extensions.code).toBe('UNAUTHENTICATED');
    const { refreshToken } = user;
    const { data } = await gateway.ask(RefreshDocument, { input: { refreshToken } });
    expectType(data.refresh, 'RefreshRejectedProblem');
    const reset = await gateway.mailTo(user.email, { mail: 'reset-password' });
    const input = { resetToken: reset.link?.split('#token=')[1] ?? '', newPassword: NEW_PASSWORD };
    expectType((await gateway.ask(ResetPasswordDocument, { input })).data.resetPassword, 'PasswordResetSuccess');
    expectType(await login(user.email, NEW_PASSWORD), 'LoginSuccess');
    expect(await revertEvents(user.id)).toMatchObject([
      {
        success: true,
        risk_level: 'CRITICAL',
        actor_id: null,
        ip_address: '127.0.0.1',
        metadata: { endedSessions: 1 },
      },
    ]);
  });

  it('the password opens nothing until it is reset, and cannot be set again', async () => {
    const user = await movedUser();
    expectType(await revertChange(gateway, user.wayBack), 'EmailChangeReverted');
    for (const name of [user.email, user.to]) expectType(await login(name), 'InvalidCredentialsProblem');
    const { token } = await derived(gateway, 'RESET_PASSWORD', user.email);
    const input = { resetToken: token, newPassword: PASSWORD };
    const { data } = await gateway.ask(ResetPasswordDocument, { input });
    expect(expectType(data.resetPassword, 'PasswordRejectedProblem').rules).toContain('REUSED');
  });

  it('O3: the link works once of eight times at once', async () => {
    const user = await movedUser();
    const answers = await atOnce(8, () => revertChange(gateway, user.wayBack));
    const names = answers.map(({ __typename }) => __typename).sort();
    expect(names).toEqual(['EmailChangeReverted', ...Array(7).fill('TokenProblem')]);
    expectType(await revertChange(gateway, user.wayBack), 'TokenProblem');
    expect((await mailsTo(gateway, user.email)).filter((mail) => mail === 'reset-password')).toHaveLength(1);
  });

  it('O4: the link runs out after its time', async () => {
    const user = await movedUser();
    gateway.clock.advance(7 * 86_400 + 1);
    expectType(await revertChange(gateway, user.wayBack), 'TokenProblem');
    expect((await accountOf(gateway, user.to))?.id).toBe(user.id);
  });

  it('no other token does it, and each try is noted', async () => {
    const user = await movedUser();
    await requestChange(gateway, user.accessToken, newEmail());
    const { token: changeLink } = await derived(gateway, 'CHANGE_EMAIL', user.id);
    const { exchangeToken, accessToken, refreshToken } = user;
    const flipped = `${user.wayBack.slice(0, -2)}${user.wayBack.endsWith('AA') ? 'BB' : 'AA'}`;
    const count = async () =>
      (await rows(gateway, "SELECT 1 FROM audit_events WHERE type = 'EMAIL_CHANGE_REVERT' AND NOT success")).length;
    const before = await count();
    const tokens = [changeLink, exchangeToken, accessToken, refreshToken, flipped, '', '\u0000', 'x'.repeat(5_000)];
    for (const token of tokens) expectType(await revertChange(gateway, token), 'TokenProblem');
    expect(await count()).toBe(before + tokens.length);
    expect((await accountOf(gateway, user.to))?.id).toBe(user.id);
    expect(faults(gateway)).toEqual([]);
  });

  it('a change that waits for its code is dropped', async () => {
    const user = await movedUser();
    await requestChange(gateway, user.accessToken, newEmail());
    expectType(await revertChange(gateway, user.wayBack), 'EmailChangeReverted');
    expect((await accountOf(gateway, user.email))?.pendingEmail).toBeNull();
    const [code] = await rows(
      gateway,
      "SELECT consumed_at FROM one_time_codes WHERE purpose = 'CHANGE_EMAIL' AND address = ?",
      [user.id],
    );
    expect(code?.consumed_at).not.toBeNull();
  });

  it('crossing a confirmation it has the last word', async () => {
    for (let round = 0; round < 5; round += 1) {
      const user = await movedUser();
      await requestChange(gateway, user.accessToken, newEmail());
      const code = await changeCodeOf(gateway, user.id);
      const [reverted] = await Promise.all([
        revertChange(gateway, user.wayBack),
        confirmChange(gateway, user.accessToken, code),
      ]);
      expectType(reverted, 'EmailChangeReverted');
      expect((await accountOf(gateway, user.email))?.id).toBe(user.id);
      const ways = await rows(
        gateway,
        "SELECT 1 FROM one_time_codes WHERE user_id = ? AND purpose = 'REVERT_EMAIL' AND consumed_at IS NULL",
        [user.id],
      );
      expect(ways).toEqual([]);
    }
    expect(faults(gateway)).toEqual([]);
  });
});

describe('of a chain of changes the oldest address has the last word', () => {
  async function chain() {
    const user = await signedInUser(gateway);
    const [second, third] = [newEmail(), newEmail()];
    await moveTo(gateway, user, second);
    await moveTo(gateway, user, third);
    return { ...user, second, third };
  }

  it('the first one takes the account back, and the second one cannot steal it after that', async () => {
    const user = await chain();
    const [first, later] = [await wayBackOf(gateway, user.email), await wayBackOf(gateway, user.second)];
    expectType(await revertChange(gateway, first), 'EmailChangeReverted');
    expectType(await revertChange(gateway, later), 'TokenProblem');
    expect((await accountOf(gateway, user.email))?.id).toBe(user.id);
  });

  it('and also after the second one took it back', async () => {
    const user = await chain();
    const [first, later] = [await wayBackOf(gateway, user.email), await wayBackOf(gateway, user.second)];
    expectType(await revertChange(gateway, later), 'EmailChangeReverted');
    expect((await accountOf(gateway, user.second))?.id).toBe(user.id);
    expectType(await revertChange(gateway, first), 'EmailChangeReverted');
    expect((await accountOf(gateway, user.email))?.id).toBe(user.id);
  });

  it('who moves back in person leaves no way to the address in between', async () => {
    const user = await signedInUser(gateway);
    const between = newEmail();
    await moveTo(gateway, user, between);
    await moveTo(gateway, user, user.email);
    expect((await mailsTo(gateway, between)).at(-1)).toBe('email-changed');
    const mail = await gateway.mailTo(between, { mail: 'email-changed' });
    expect(mail.link).toBeNull();
    await expect(wayBackOf(gateway, between)).rejects.toThrow('No REVERT_EMAIL');
    // A later change has a way back of its own.
    await moveTo(gateway, user, newEmail());
    expectType(await revertChange(gateway, await wayBackOf(gateway, user.email)), 'EmailChangeReverted');
  });
});

describe('V1: an address that was left and taken again', () => {
  it('by an account that never proved it, is given back all the same', async () => {
    const user = await movedUser();
    await signedUp(gateway, { email: user.email });
    expectType(await revertChange(gateway, user.wayBack), 'EmailChangeReverted');
    expect((await accountOf(gateway, user.email))?.id).toBe(user.id);
    expect((await revertEvents(user.id)).at(-1)).toMatchObject({ metadata: { replacedAccounts: 1 } });
  });

  it('by an account that proved it, is a conflict; nothing changes, and the link stays good', async () => {
    const user = await movedUser();
    const next = await quickUser(gateway, { email: user.email });
    const refused = expectType(await revertChange(gateway, user.wayBack), 'AuthConflictProblem');
    expect(refused.code).toBe('CONFLICT');
    expect((await accountOf(gateway, user.to))?.id).toBe(user.id);
    expect((await gateway.ask(MeDocument, {}, { token: user.accessToken })).data.me?.id).toBe(user.id);
    expectType(await login(user.to), 'LoginSuccess');
    expect((await revertEvents(user.id)).at(-1)).toMatchObject({ success: false, metadata: { reason: 'CONFLICT' } });
    const session = await loggedIn(gateway, user.email);
    await moveTo(gateway, { id: next.id, accessToken: session.accessToken }, newEmail());
    // Whoever left the address last has its link now.
    expectType(await revertChange(gateway, user.wayBack), 'TokenProblem');
  });
});

it('L5: a disabled account gets its address back, and no mail that opens it', async () => {
  const user = await movedUser();
  await changeUser(commandContext(gateway), OPERATOR, { email: user.to }, { disabled: true });
  expectType(await revertChange(gateway, user.wayBack), 'EmailChangeReverted');
  const account = await accountOf(gateway, user.email);
  expect(account?.disabledAt).not.toBeNull();
  expect(await mailsTo(gateway, user.email)).not.toContain('reset-password');
  const { token } = await derived(gateway, 'RESET_PASSWORD', user.email);
  const { data } = await gateway.ask(ResetPasswordDocument, {
    input: { resetToken: token, newPassword: NEW_PASSWORD },
  });
  expectType(data.resetPassword, 'TokenProblem');
});

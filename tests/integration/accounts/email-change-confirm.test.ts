import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { OPERATOR } from '../../../src/services/admin/administrator.js';
import { changeUser } from '../../../src/services/admin/change-user.js';
import {
  LoginDocument,
  MeDocument,
  RequestPasswordResetDocument,
  ResetPasswordDocument,
  SignupDocument,
  VerifyEmailWithTokenDocument,
  VerifyPasswordResetCodeDocument,
} from '../../generated/operations.js';
import {
  accountOf,
  atOnce,
  commandContext,
  faults,
  mailedTo,
  quickUser,
  rows,
  signedUp,
  wrongCode,
} from '../../support/accounts.js';
import { sharedGateway, type TestGateway } from '../../support/app.js';
import {
  changeCodeOf,
  confirmChange,
  derived,
  eventsOf,
  mailsTo,
  moveTo,
  requestChange,
  signedInUser,
} from '../../support/email-change.js';
import { expectType, loggedIn, newEmail, PASSWORD } from '../../support/journey.js';

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

const login = async (identifier: string) =>
  (await gateway.ask(LoginDocument, { input: { identifier, password: PASSWORD } })).data.login;
const me = async (token: string) => await gateway.ask(MeDocument, {}, { token });
const changeEvents = async (id: string) => (await eventsOf(gateway, id)).filter(({ type }) => type === 'EMAIL_CHANGE');

describe('S3: a confirmed change of address', () => {
  it('moves the account, ends the other sessions and tells the old address', async () => {
    const user = await signedInUser(gateway, { displayName: 'Robin' });
    const others = await atOnce(2, () => loggedIn(gateway, user.email));
    const to = newEmail();
    const changed = await moveTo(gateway, user, to);
    expect(changed).toMatchObject({ endedSessions: 2, user: { id: user.id, email: to, emailVerified: true } });
    expect((await me(user.accessToken)).data.me?.email).toBe(to);
    for (const { accessToken } of others) {
      expect((await me(accessToken)).errors[0]?.extensions.code).toBe('UNAUTHENTICATED');
    }
    expectType(await login(user.email), 'InvalidCredentialsProblem');
    expectType(await login(to), 'LoginSuccess');
    expect((await mailsTo(gateway, user.email)).at(-1)).toBe('email-changed');
    const [mail] = await rows<{ variables: Record<string, string> }>(
      gateway,
      "SELECT variables FROM outbox_messages WHERE mail = 'email-changed' AND recipient = ?",
      [user.email],
    );
    expect(mail?.variables.displayName).toBe('Robin');
    expect(JSON.stringify(mail?.variables)).not.toContain(to);
    const [session] = await rows(gateway, 'SELECT revocation_reason FROM sessions WHERE id = ?', [
      others[0]?.session.id,
    ]);
    expect(session?.revocation_reason).toBe('EMAIL_CHANGED');
    expect(await changeEvents(user.id)).toMatchObject([
      {
        success: true,
        risk_level: 'HIGH',
        actor_id: user.id,
        ip_address: '127.0.0.1',
        metadata: { endedSessions: 2, replacedAccounts: 0 },
      },
    ]);
  });

  it('ends codes, links, tickets and exchange tokens of the old address', async () => {
    const user = await signedInUser(gateway);
    await gateway.ask(RequestPasswordResetDocument, { input: { email: user.email } });
    const first = await derived(gateway, 'RESET_PASSWORD', user.email);
    const answer = await gateway.ask(VerifyPasswordResetCodeDocument, {
      input: { email: user.email, code: first.code },
    });
    const { resetToken } = expectType(answer.data.verifyPasswordResetCode, 'PasswordResetTicket');
    gateway.clock.advance(61);
    await gateway.ask(RequestPasswordResetDocument, { input: { email: user.email } });
    const { token } = await derived(gateway, 'RESET_PASSWORD', user.email);
    await moveTo(gateway, user, newEmail());
    for (const dead of [resetToken, token]) {
      const input = { resetToken: dead, newPassword: 'Another-Horse-8-Staple' };
      expectType((await gateway.ask(ResetPasswordDocument, { input })).data.resetPassword, 'TokenProblem');
    }
    const alive = await rows(gateway, 'SELECT purpose FROM one_time_codes WHERE user_id = ? AND consumed_at IS NULL', [
      user.id,
    ]);
    expect(alive).toEqual([{ purpose: 'REVERT_EMAIL' }]);
  });

  it('a code that was mailed to the old address in the same moment opens nothing either', async () => {
    const user = await signedInUser(gateway);
    const to = newEmail();
    await moveTo(gateway, user, to);
    // As a request writes it that read the account just before the change was committed.
    await rows(
      gateway,
      `INSERT INTO one_time_codes (purpose, address, id, user_id, key_id, attempts, issued_at, code_expires_at, link_expires_at)
       VALUES ('VERIFY_EMAIL', ?, gen_random_uuid(), ?, ?, 0, now(), now() + interval '1 day', now() + interval '1 day')
       ON CONFLICT (purpose, address) DO UPDATE SET id = excluded.id, user_id = excluded.user_id, consumed_at = NULL,
         link_expires_at = excluded.link_expires_at`,
      [user.email, user.id, gateway.dependencies.secretKeys.currentId],
    );
    const { token } = await mailedTo(gateway, user.email);
    const { data } = await gateway.ask(VerifyEmailWithTokenDocument, { input: { token } });
    expectType(data.verifyEmailWithToken, 'TokenProblem');
  });
});

describe('O5: the code of a change', () => {
  it('is void after five wrong tries, each of which is noted', async () => {
    const user = await signedInUser(gateway);
    await requestChange(gateway, user.accessToken, newEmail());
    const code = await changeCodeOf(gateway, user.id);
    const left: (number | null | undefined)[] = [];
    for (let count = 1; count <= 5; count += 1) {
      const wrong = expectType(await confirmChange(gateway, user.accessToken, wrongCode(code, count)), 'CodeProblem');
      left.push(wrong.attemptsLeft);
    }
    expect(left).toEqual([4, 3, 2, 1, 0]);
    expectType(await confirmChange(gateway, user.accessToken, code), 'CodeProblem');
    const events = await changeEvents(user.id);
    expect(events).toHaveLength(6);
    for (const event of events) expect(event).toMatchObject({ success: false, metadata: { reason: 'CODE_INVALID' } });
    expect((await accountOf(gateway, user.email))?.id).toBe(user.id);
  });

  it('runs out', async () => {
    const user = await signedInUser(gateway);
    await requestChange(gateway, user.accessToken, newEmail());
    const code = await changeCodeOf(gateway, user.id);
    gateway.clock.advance(601);
    expectType(await confirmChange(gateway, user.accessToken, code), 'CodeProblem');
  });

  it('opens nothing without a request, and nothing twice', async () => {
    const user = await signedInUser(gateway);
    expectType(await confirmChange(gateway, user.accessToken, '123456'), 'CodeProblem');
    await requestChange(gateway, user.accessToken, newEmail());
    const code = await changeCodeOf(gateway, user.id);
    expectType(await confirmChange(gateway, user.accessToken, code), 'EmailChanged');
    expectType(await confirmChange(gateway, user.accessToken, code), 'CodeProblem');
  });

  it('O3: works once of ten times at once, on two replicas', async () => {
    const user = await signedInUser(gateway);
    const to = newEmail();
    await requestChange(gateway, user.accessToken, to);
    const code = await changeCodeOf(gateway, user.id);
    const answers = await atOnce(10, (index) =>
      confirmChange(index % 2 === 0 ? gateway : replica, user.accessToken, code),
    );
    expect(answers.filter(({ __typename }) => __typename === 'EmailChanged')).toHaveLength(1);
    expect(answers.filter(({ __typename }) => __typename === 'CodeProblem')).toHaveLength(9);
    expect((await changeEvents(user.id)).filter(({ success }) => success)).toHaveLength(1);
    expect(faults(gateway)).toEqual([]);
  });
});

describe('V1: one account for each address, whoever comes first', () => {
  it('a change to an address that was taken meanwhile is refused, and noted', async () => {
    const user = await signedInUser(gateway);
    const to = newEmail();
    await requestChange(gateway, user.accessToken, to);
    const code = await changeCodeOf(gateway, user.id);
    const { id } = await quickUser(gateway, { email: to });
    expect(expectType(await confirmChange(gateway, user.accessToken, code), 'AuthConflictProblem').code).toBe(
      'CONFLICT',
    );
    expect((await accountOf(gateway, to))?.id).toBe(id);
    expect((await accountOf(gateway, user.email))?.id).toBe(user.id);
    expect((await changeEvents(user.id)).at(-1)).toMatchObject({ success: false, metadata: { reason: 'CONFLICT' } });
    await loggedIn(gateway, user.email);
  });

  it('an account that never proved the address gives way to who proves it', async () => {
    const user = await signedInUser(gateway);
    const { email: to } = await signedUp(gateway);
    const unproven = await accountOf(gateway, to);
    const { token } = await mailedTo(gateway, to);
    await moveTo(gateway, user, to);
    expect((await accountOf(gateway, to))?.id).toBe(user.id);
    expect(await rows(gateway, 'SELECT id FROM users WHERE id = ?', [unproven?.id])).toEqual([]);
    const { data } = await gateway.ask(VerifyEmailWithTokenDocument, { input: { token } });
    expectType(data.verifyEmailWithToken, 'TokenProblem');
    expect((await changeEvents(user.id)).at(-1)).toMatchObject({ metadata: { replacedAccounts: 1 } });
  });

  it('one that an operator shut out does not', async () => {
    const user = await signedInUser(gateway);
    const { email: to } = await signedUp(gateway);
    await requestChange(gateway, user.accessToken, to);
    const code = await changeCodeOf(gateway, user.id);
    await changeUser(commandContext(gateway), OPERATOR, { email: to }, { disabled: true });
    expectType(await confirmChange(gateway, user.accessToken, code), 'AuthConflictProblem');
  });

  it('two users who confirm one address at once: one gets it', async () => {
    for (let round = 0; round < 4; round += 1) {
      const users = [await signedInUser(gateway), await signedInUser(gateway)];
      const to = newEmail();
      for (const { accessToken } of users) await requestChange(gateway, accessToken, to);
      const codes = await Promise.all(users.map(({ id }) => changeCodeOf(gateway, id)));
      const answers = await Promise.all(
        users.map(({ accessToken }, index) =>
          confirmChange(index === 0 ? gateway : replica, accessToken, codes[index] ?? ''),
        ),
      );
      expect(answers.map(({ __typename }) => __typename).sort()).toEqual(['AuthConflictProblem', 'EmailChanged']);
    }
    expect(faults(gateway)).toEqual([]);
  });

  it('confirming crosses sign-ups of the same address, and never fails', async () => {
    for (let round = 0; round < 6; round += 1) {
      const user = await signedInUser(gateway);
      const to = newEmail();
      await requestChange(gateway, user.accessToken, to);
      const code = await changeCodeOf(gateway, user.id);
      const signup = () => replica.ask(SignupDocument, { input: { email: to, password: PASSWORD } });
      const [changed, ...answers] = await Promise.all([
        confirmChange(gateway, user.accessToken, code),
        ...Array.from({ length: 3 }, signup),
      ]);
      expectType(changed, 'EmailChanged');
      for (const { data } of answers) expectType(data.signup, 'SignupAccepted');
      expect((await accountOf(gateway, to))?.id).toBe(user.id);
    }
    expect([...faults(gateway), ...faults(replica)]).toEqual([]);
  });

  it('the address that was left is free for others', async () => {
    const user = await signedInUser(gateway);
    await moveTo(gateway, user, newEmail());
    const next = await quickUser(gateway, { email: user.email });
    expect(next.id).not.toBe(user.id);
  });
});

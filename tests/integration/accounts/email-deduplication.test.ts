import { randomBytes } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { OPERATOR } from '../../../src/services/admin/administrator.js';
import { changeUser } from '../../../src/services/admin/change-user.js';
import { createFirstAdmin } from '../../../src/services/admin/create-first-admin.js';
import { resetTwoFactor } from '../../../src/services/admin/reset-two-factor.js';
import { unlockUser } from '../../../src/services/admin/unlock-user.js';
import { fillEmailKeys } from '../../../src/services/maintenance/fill-email-keys.js';
import {
  LoginDocument,
  RequestPasswordResetDocument,
  ResendVerificationDocument,
  SignupDocument,
  VerifyEmailDocument,
  VerifyPasswordResetCodeDocument,
} from '../../generated/operations.js';
import {
  accountOf,
  atOnce,
  commandContext,
  faults,
  mailedTo,
  masked,
  quickUser,
  rows,
  signedUp,
  wrongCode,
} from '../../support/accounts.js';
import { sharedGateway, type TestGateway, testGateway } from '../../support/app.js';
import {
  changeCodeOf,
  confirmChange,
  mailsTo,
  moveTo,
  requestChange,
  signedInUser,
} from '../../support/email-change.js';
import { eventually } from '../../support/eventually.js';
import { expectType, loggedIn, newEmail, PASSWORD } from '../../support/journey.js';
import { NEW_PASSWORD, reset, resetMailOf, verifyCode } from '../../support/passwords.js';

const ON = { EMAIL_DEDUPLICATION: 'provider' };
let gateway: TestGateway;

beforeAll(async () => {
  gateway = await sharedGateway({ env: ON });
});
afterAll(() => gateway.close());

/** Spellings of one Gmail address that no other test uses. */
function spellings() {
  const name = `u${randomBytes(6).toString('hex')}`;
  const dotted = name.split('').join('.');
  return { plain: `${name}@gmail.com`, dotted: `${dotted}@gmail.com`, tagged: `${name}+news@googlemail.com` };
}
const signup = (email: string, on = gateway) => on.ask(SignupDocument, { input: { email, password: PASSWORD } });
const login = async (identifier: string, on = gateway, password = PASSWORD) =>
  (await on.ask(LoginDocument, { input: { identifier, password } })).data.login;

describe('V1: with EMAIL_DEDUPLICATION=provider a mailbox has one account', () => {
  it('another spelling makes none: its owner is told under the address that was typed first', async () => {
    const { plain, dotted, tagged } = spellings();
    await quickUser(gateway, { email: dotted });
    gateway.clock.advance(61);
    for (const other of [plain, tagged]) {
      expectType((await signup(other)).data.signup, 'SignupAccepted');
      expect(await accountOf(gateway, other)).toBeNull();
      expect(await mailsTo(gateway, other)).toEqual([]);
    }
    expect((await mailsTo(gateway, dotted)).sort()).toEqual(['already-registered', 'none', 'verify-email']);
    const account = await accountOf(gateway, dotted);
    expect([account?.email, account?.emailKey]).toEqual([dotted, plain]);
  });

  it('E2: it answers and counts as a new address does', async () => {
    const { plain, dotted } = spellings();
    await quickUser(gateway, { email: dotted });
    const answers = [];
    const fresh = newEmail();
    for (const [email, held] of [
      [fresh, fresh],
      [plain, dotted],
    ] as const) {
      const { status, body, headers } = await signup(email);
      const { code } = await mailedTo(gateway, held);
      const wrong = await gateway.ask(VerifyEmailDocument, { input: { email, code: wrongCode(code) } });
      answers.push([status, masked(body).replace(email, '<email>'), Object.keys(headers).sort(), wrong.body]);
    }
    expect(answers[1]).toEqual(answers[0]);
    const { code } = await mailedTo(gateway, dotted);
    const { data } = await gateway.ask(VerifyEmailDocument, { input: { email: plain, code } });
    expectType(data.verifyEmail, 'CodeProblem');
  });

  it('sign-in, reset, resending and verifying know its owner by every spelling, and mail the address of the account', async () => {
    const { plain, dotted, tagged } = spellings();
    await signedUp(gateway, { email: dotted });
    expectType(await login(plain), 'EmailNotVerifiedProblem');
    gateway.clock.advance(61);
    await gateway.ask(ResendVerificationDocument, { input: { email: tagged } });
    const { code } = await mailedTo(gateway, dotted);
    const verified = await gateway.ask(VerifyEmailDocument, { input: { email: plain, code } });
    expect(expectType(verified.data.verifyEmail, 'EmailVerified').user.email).toBe(dotted);
    for (const spelling of [plain, dotted, tagged, tagged.toUpperCase()]) {
      expect(expectType(await login(spelling), 'LoginSuccess').user.email).toBe(dotted);
    }
    const asked = await gateway.ask(RequestPasswordResetDocument, { input: { email: tagged } });
    expect(expectType(asked.data.requestPasswordReset, 'MailAccepted').email).toBe(tagged);
    const mailed = await mailedTo(gateway, dotted, 'RESET_PASSWORD');
    const { resetToken } = expectType(await verifyCode(gateway, plain, mailed.code), 'PasswordResetTicket');
    expectType(await reset(gateway, resetToken), 'PasswordResetSuccess');
    expectType(await login(plain, gateway, NEW_PASSWORD), 'LoginSuccess');
    expect((await mailsTo(gateway, dotted)).sort()).toEqual([
      'password-changed',
      'reset-password',
      'verify-email',
      'verify-email',
    ]);
    for (const other of [plain, tagged]) expect(await mailsTo(gateway, other)).toEqual([]);
    expect(faults(gateway)).toEqual([]);
  });

  it('E2: for a mailbox without an account they answer and count alike', async () => {
    const known = spellings();
    const unknown = spellings();
    await quickUser(gateway, { email: known.dotted });
    gateway.clock.advance(61);
    const answers = [];
    for (const { plain, dotted, tagged } of [unknown, known]) {
      const seen = [];
      for (const email of [plain, tagged]) {
        seen.push(await gateway.ask(RequestPasswordResetDocument, { input: { email } }));
        seen.push(await gateway.ask(ResendVerificationDocument, { input: { email } }));
      }
      for (const email of [plain, dotted, tagged, plain, dotted, tagged]) {
        seen.push(await gateway.ask(VerifyEmailDocument, { input: { email, code: '000000' } }));
        seen.push(await gateway.ask(VerifyPasswordResetCodeDocument, { input: { email, code: '000000' } }));
      }
      answers.push(
        seen.map(({ status, body }) => [status, masked(body).replace(/"email":"[^"]*"/, '"email":"<email>"')]),
      );
    }
    expect(answers[1]).toEqual(answers[0]);
    // Five tries are all that a code has, however its address is spelled.
    expect(answers[0]?.at(-1)?.[1]).toContain('"attemptsLeft":0');
  });

  it('L1: wrong passwords count for the mailbox, and a reset lifts the lock for every spelling', async () => {
    for (const has of [true, false]) {
      const { plain, dotted, tagged } = spellings();
      if (has) await quickUser(gateway, { email: dotted });
      for (const spelling of [plain, dotted, tagged, plain, dotted]) {
        expectType(await login(spelling, gateway, 'Wrong-Horse-7-Staple'), 'InvalidCredentialsProblem');
      }
      for (const spelling of [plain, dotted, tagged]) expectType(await login(spelling), 'AccountLockedProblem');
      if (!has) continue;
      expectType(await reset(gateway, (await resetMailOf(gateway, dotted)).token), 'PasswordResetSuccess');
      for (const spelling of [tagged, plain]) expectType(await login(spelling, gateway, NEW_PASSWORD), 'LoginSuccess');
    }
  }, 30_000);

  it('X1: the limits of a name or an address count its mailbox, and its mails have one budget', async () => {
    const limited = await sharedGateway({
      env: {
        ...ON,
        RATE_LIMITS: 'login:account=4/1h,verifyEmail:email=4/1d,mail:address=2/1h',
        LOCKOUT_THRESHOLD: '50',
      },
    });
    try {
      const { plain, dotted, tagged } = spellings();
      const cycle = [plain, dotted, tagged, plain, dotted];
      const logins: string[] = [];
      const tries: string[] = [];
      for (const email of cycle) {
        logins.push((await login(email, limited)).__typename);
        const input = { email, code: '000000' };
        tries.push((await limited.ask(VerifyEmailDocument, { input })).data.verifyEmail.__typename);
      }
      expect(logins).toEqual([...Array(4).fill('InvalidCredentialsProblem'), 'AuthRateLimitProblem']);
      expect(tries).toEqual([...Array(4).fill('CodeProblem'), 'AuthRateLimitProblem']);
      await signup(dotted, limited);
      for (const email of cycle.slice(0, 3)) {
        limited.clock.advance(61);
        await limited.ask(ResendVerificationDocument, { input: { email } });
      }
      expect((await mailsTo(limited, dotted)).filter((mail) => mail === 'verify-email')).toHaveLength(2);
    } finally {
      await limited.close();
    }
  });

  it('a device that is known has tries of its own by every spelling', async () => {
    const { plain, dotted, tagged } = spellings();
    await quickUser(gateway, { email: dotted });
    const byDevice = async (identifier: string, deviceToken: string, password = PASSWORD) => {
      const input = { identifier, password, tokenDelivery: 'BODY' as const, deviceToken };
      return (await gateway.ask(LoginDocument, { input })).data.login;
    };
    const { deviceToken } = expectType(await byDevice(tagged, ''), 'LoginSuccess');
    for (let tries = 0; tries < 5; tries += 1) await login(plain, gateway, 'Wrong-Horse-7-Staple');
    expectType(await login(dotted), 'AccountLockedProblem');
    for (const spelling of [plain, tagged, dotted]) {
      expectType(await byDevice(spelling, deviceToken ?? ''), 'LoginSuccess');
    }
  }, 30_000);

  it('the commands of the operator take every spelling', async () => {
    const { plain, dotted, tagged } = spellings();
    await quickUser(gateway, { email: dotted });
    expect(await changeUser(commandContext(gateway), OPERATOR, { email: plain }, { disabled: true })).toMatchObject({
      kind: 'user-acted',
    });
    expectType(await login(tagged), 'AccountDisabledProblem');
    expect(await changeUser(commandContext(gateway), OPERATOR, { email: tagged }, { disabled: false })).toMatchObject({
      kind: 'user-acted',
    });
    for (let tries = 0; tries < 5; tries += 1) await login(dotted, gateway, 'Wrong-Horse-7-Staple');
    expect(await unlockUser(commandContext(gateway), OPERATOR, { email: tagged })).toMatchObject({
      kind: 'user-acted',
      wasLocked: true,
    });
    expectType(await login(plain), 'LoginSuccess');
    expect(await resetTwoFactor(commandContext(gateway), OPERATOR, { email: plain })).toMatchObject({
      code: 'CONFLICT',
    });
    await rows(gateway, 'UPDATE users SET two_factor_enabled_at = now() WHERE email = ? RETURNING id', [dotted]);
    expect(await resetTwoFactor(commandContext(gateway), OPERATOR, { email: tagged })).toMatchObject({
      kind: 'user-acted',
    });
  }, 30_000);

  it('two spellings at once make one account', async () => {
    const { plain, dotted, tagged } = spellings();
    const answers = await atOnce(9, (index) => signup([plain, dotted, tagged][index % 3] ?? ''));
    for (const { data } of answers) expectType(data.signup, 'SignupAccepted');
    expect(await rows(gateway, 'SELECT id FROM users WHERE email_key = ?', [plain])).toHaveLength(1);
    expect(faults(gateway)).toEqual([]);
  });

  it('addresses of other providers differ by every sign', async () => {
    const name = randomBytes(6).toString('hex');
    for (const email of [`${name}@example.com`, `${name}+a@example.com`]) {
      await signup(email);
      expect((await accountOf(gateway, email))?.emailKey).toBe(email);
    }
  });

  it('an unproven spelling is mailed its link again, and gives way once that has run out', async () => {
    const { plain, dotted } = spellings();
    await signedUp(gateway, { email: dotted });
    const first = await accountOf(gateway, dotted);
    gateway.clock.advance(61);
    await signup(plain);
    expect(await mailsTo(gateway, dotted)).toEqual(['verify-email', 'verify-email']);
    expect(await accountOf(gateway, plain)).toBeNull();
    gateway.clock.advance(24 * 3_600);
    await signup(plain);
    expect(await accountOf(gateway, dotted)).toBeNull();
    expect((await accountOf(gateway, plain))?.id).toBe(first?.id);
    const { code } = await mailedTo(gateway, plain);
    const { data } = await gateway.ask(VerifyEmailDocument, { input: { email: plain, code } });
    expectType(data.verifyEmail, 'EmailVerified');
  });

  it('a change of address is held to it, and may go to another spelling of the own one', async () => {
    const { plain, dotted, tagged } = spellings();
    await quickUser(gateway, { email: dotted });
    const stranger = await signedInUser(gateway);
    await requestChange(gateway, stranger.accessToken, plain);
    expect(await mailsTo(gateway, plain)).toEqual([]);
    expect((await mailsTo(gateway, dotted)).at(-1)).toBe('already-registered');
    const code = await changeCodeOf(gateway, stranger.id);
    expectType(await confirmChange(gateway, stranger.accessToken, code), 'CodeProblem');
    const owner = await loggedIn(gateway, dotted);
    const { user } = await moveTo(gateway, { id: owner.user.id, accessToken: owner.accessToken }, tagged);
    expect(user.email).toBe(tagged);
    expect((await accountOf(gateway, tagged))?.emailKey).toBe(plain);
  });

  it('a change that was asked for before the mailbox got an account is a conflict', async () => {
    const { plain, dotted } = spellings();
    const user = await signedInUser(gateway);
    await requestChange(gateway, user.accessToken, plain);
    const code = await changeCodeOf(gateway, user.id);
    await quickUser(gateway, { email: dotted });
    expectType(await confirmChange(gateway, user.accessToken, code), 'AuthConflictProblem');
  });

  it('the first admin has a key as well', async () => {
    const fresh = await testGateway({ env: ON });
    const { plain, dotted } = spellings();
    expect(await createFirstAdmin(commandContext(fresh), { email: dotted, password: PASSWORD })).toMatchObject({
      kind: 'admin-created',
    });
    expect((await accountOf(fresh, dotted))?.emailKey).toBe(plain);
    await signup(plain, fresh);
    expect(await accountOf(fresh, plain)).toBeNull();
  });

  it('the first admin has nothing of a stranger who signed up with the address and never proved it', async () => {
    const fresh = await testGateway({ env: ON });
    const { plain, dotted } = spellings();
    await signedUp(fresh, { email: dotted, displayName: 'Mallory', locale: 'de', username: `m${plain.slice(0, 12)}` });
    await createFirstAdmin(commandContext(fresh), { email: plain, password: NEW_PASSWORD });
    const nothing = { displayName: null, locale: null, username: null };
    expect(await accountOf(fresh, dotted)).toMatchObject({ ...nothing, role: 'admin' });
  });

  it('the first admin is the account of the mailbox where there is one', async () => {
    const fresh = await testGateway({ env: ON });
    const { plain, dotted, tagged } = spellings();
    const { id } = await quickUser(fresh, { email: dotted });
    const made = await createFirstAdmin(commandContext(fresh), { email: plain, password: NEW_PASSWORD });
    expect(made).toEqual({ kind: 'admin-created', email: dotted });
    expect(await rows(fresh, 'SELECT id, email, email_key, role FROM users')).toEqual([
      { id, email: dotted, email_key: plain, role: 'admin' },
    ]);
    expectType(await login(tagged, fresh, NEW_PASSWORD), 'LoginSuccess');
  });
});

describe('EMAIL_DEDUPLICATION that is switched on later', () => {
  it('finds keys for all but the accounts that clash, on two replicas at once', async () => {
    const off = await testGateway();
    const sets = Array.from({ length: 3 }, spellings);
    for (const { plain, dotted } of sets) {
      await signedUp(off, { email: plain });
      await quickUser(off, { email: dotted });
    }
    const single = newEmail();
    await quickUser(off, { email: single });
    expect(await rows(off, 'SELECT 1 FROM users WHERE email_key IS NOT NULL')).toEqual([]);
    const replicas = await atOnce(2, () => testGateway({ replicaOf: off, env: ON, worker: true }));
    await eventually(async () => {
      expect(await rows(off, 'SELECT 1 FROM users WHERE email_key IS NOT NULL')).toHaveLength(4);
    });
    for (const { plain, dotted } of sets) {
      // The proven account has the key, whichever came first.
      expect((await accountOf(off, dotted))?.emailKey).toBe(plain);
      expect((await accountOf(off, plain))?.emailKey).toBeNull();
      expectType(await login(dotted, replicas[0]), 'LoginSuccess');
    }
    expect((await accountOf(off, single))?.emailKey).toBe(single);
    const told = replicas.flatMap(({ logLines }) => logLines).map((line) => JSON.parse(line));
    const warnings = told.filter(({ msg }) => msg === 'some accounts share a mailbox and were left unchanged');
    expect(warnings.map(({ clashes }) => clashes)).toContain(3);
    for (const line of warnings) expect(JSON.stringify(line)).not.toContain('@');
  });

  it('goes on where it was cut off, in more than one batch', async () => {
    const off = await testGateway();
    await rows(
      off,
      `INSERT INTO users (id, email, role, password_hash, password_changed_at, created_at, updated_at)
       SELECT gen_random_uuid(), 'u' || n || '+x@gmail.com', 'user', '', now(), now(), now() FROM generate_series(1, 1203) n`,
    );
    await rows(
      off,
      `INSERT INTO users (id, email, role, password_hash, password_changed_at, created_at, updated_at)
       SELECT gen_random_uuid(), 'u.' || n || '@gmail.com', 'user', '', now(), now(), now() FROM generate_series(1, 5) n`,
    );
    const on = await testGateway({ replicaOf: off, env: ON });
    const context = () => commandContext(on);
    const results = await Promise.all([fillEmailKeys(context()), fillEmailKeys(context())]);
    expect(results.reduce((sum, { filled }) => sum + filled, 0)).toBe(1_203);
    expect(await fillEmailKeys(context())).toEqual({ filled: 0, clashes: 5 });
    expect(await fillEmailKeys(commandContext(off))).toEqual({ filled: 0, clashes: 0 });
    const [counted] = await rows(off, 'SELECT count(DISTINCT email_key)::int AS keys FROM users');
    expect(counted?.keys).toBe(1_203);
  });

  it('compares nothing while it is off', async () => {
    const off = await testGateway();
    const { plain, dotted } = spellings();
    for (const email of [plain, dotted]) {
      await quickUser(off, { email });
      expect((await accountOf(off, email))?.emailKey).toBeNull();
    }
  });
});

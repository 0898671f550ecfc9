import { randomBytes } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createFirstAdmin } from '../../src/services/accounts/create-first-admin.js';
import { fillEmailKeys } from '../../src/services/accounts/fill-email-keys.js';
import {
  LoginDocument,
  RequestPasswordResetDocument,
  ResendVerificationDocument,
  SignupDocument,
  VerifyEmailDocument,
} from '../generated/operations.js';
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
} from '../support/accounts.js';
import { sharedGateway, type TestGateway, testGateway } from '../support/app.js';
import { changeCodeOf, confirmChange, mailsTo, moveTo, requestChange, signedInUser } from '../support/email-change.js';
import { eventually } from '../support/eventually.js';
import { expectType, loggedIn, newEmail, PASSWORD } from '../support/journey.js';

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
const login = async (identifier: string, on = gateway) =>
  (await on.ask(LoginDocument, { input: { identifier, password: PASSWORD } })).data.login;

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
    for (const email of [newEmail(), plain]) {
      const { status, body, headers } = await signup(email);
      const { code } = await mailedTo(gateway, email);
      const wrong = await gateway.ask(VerifyEmailDocument, { input: { email, code: wrongCode(code) } });
      answers.push([status, masked(body).replace(email, '<email>'), Object.keys(headers).sort(), wrong.body]);
    }
    expect(answers[1]).toEqual(answers[0]);
    const { code } = await mailedTo(gateway, plain);
    const { data } = await gateway.ask(VerifyEmailDocument, { input: { email: plain, code } });
    expectType(data.verifyEmail, 'CodeProblem');
  });

  it('sign-in, reset and resending know the address that was typed, and no other', async () => {
    const { plain, dotted } = spellings();
    await quickUser(gateway, { email: dotted });
    expectType(await login(dotted), 'LoginSuccess');
    expectType(await login(plain), 'InvalidCredentialsProblem');
    gateway.clock.advance(61);
    await gateway.ask(RequestPasswordResetDocument, { input: { email: plain } });
    await gateway.ask(ResendVerificationDocument, { input: { email: plain } });
    expect(await mailsTo(gateway, plain)).toEqual(['none', 'none']);
    await gateway.ask(RequestPasswordResetDocument, { input: { email: dotted } });
    expect((await mailsTo(gateway, dotted)).at(-1)).toBe('reset-password');
  });

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
    const warnings = told.filter(({ msg }) => msg === 'accounts share a mailbox with others and stay as they are');
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

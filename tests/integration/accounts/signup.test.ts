import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { OPERATOR } from '../../../src/services/admin/administrator.js';
import { changeUser } from '../../../src/services/admin/change-user.js';
import { LoginDocument, SignupDocument, type SignupInput, VerifyEmailDocument } from '../../generated/operations.js';
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
} from '../../support/accounts.js';
import { sharedGateway, type TestGateway } from '../../support/app.js';
import { expectType, newEmail, PASSWORD } from '../../support/journey.js';

let gateway: TestGateway;

beforeAll(async () => {
  gateway = await sharedGateway({ worker: true, env: { SIGNUP_ROLES: 'user,seller', DEFAULT_ROLE: 'seller' } });
});
afterAll(() => gateway.close());

const signup = (input: Partial<SignupInput> & { email: string }) =>
  gateway.ask(SignupDocument, { input: { password: PASSWORD, ...input } });

const shape = (answer: Awaited<ReturnType<typeof signup>>, email: string) => ({
  status: answer.status,
  body: masked(answer.body).replaceAll(email, '<email>'),
  headers: Object.keys(answer.headers).sort(),
  cookies: answer.cookies,
});

describe('E2: sign-up answers alike for every address', () => {
  it('a new, an unverified, a verified and a disabled one', async () => {
    const fresh = newEmail();
    const { email: unverified } = await signedUp(gateway);
    const { email: verified } = await quickUser(gateway);
    const { email: disabled } = await quickUser(gateway);
    await changeUser(commandContext(gateway), OPERATOR, { email: disabled }, { disabled: true });
    const answers = [];
    for (const email of [fresh, unverified, verified, disabled]) answers.push(shape(await signup({ email }), email));
    expect(answers[0]?.body).toContain('SignupAccepted');
    for (const answer of answers) expect(answer).toEqual(answers[0]);
  });

  it('its times are those of a fresh code for a taken address too', async () => {
    const { email } = await quickUser(gateway);
    const before = gateway.clock.now().getTime();
    const accepted = expectType((await signup({ email })).data.signup, 'SignupAccepted');
    expect(Math.abs(new Date(accepted.codeExpiresAt).getTime() - before - 600_000)).toBeLessThan(5_000);
    expect(Math.abs(new Date(accepted.resendAvailableAt).getTime() - before - 60_000)).toBeLessThan(5_000);
  });

  it('the owner of a taken address gets a mail of its own, and the account stays as it is', async () => {
    const { email } = await quickUser(gateway, { displayName: 'First', locale: 'de' });
    const before = await accountOf(gateway, email);
    await signup({ email, password: 'Another-Horse-8-Staple', displayName: 'Second', locale: 'en', role: 'user' });
    const mail = await gateway.mailTo(email, { mail: 'already-registered' });
    expect(mail.code).toBeNull();
    expect(mail.text).toContain('Guten Tag First,');
    expect(await accountOf(gateway, email)).toEqual(before);
    const { data } = await gateway.ask(LoginDocument, { input: { identifier: email, password: PASSWORD } });
    expectType(data.login, 'LoginSuccess');
  });

  it('tells the owner once, however often somebody tries in a minute', async () => {
    const { email } = await quickUser(gateway);
    // As with the first admin, whose address was never mailed a code.
    await rows(gateway, 'DELETE FROM one_time_codes WHERE address = ?', [email]);
    await atOnce(8, () => signup({ email }));
    const [found] = await rows(
      gateway,
      "SELECT count(*)::int AS n FROM outbox_messages WHERE mail = 'already-registered' AND recipient = ?",
      [email],
    );
    expect(found).toEqual({ n: 1 });
  });
});

describe('V1: one account for each address and username', () => {
  it('thirty sign-ups at once with one address make one account and at most two mails', async () => {
    const email = newEmail();
    const answers = await atOnce(30, () => signup({ email }));
    for (const answer of answers) {
      expect(answer.status).toBe(200);
      expectType(answer.data.signup, 'SignupAccepted');
    }
    expect(await rows(gateway, 'SELECT count(*)::int AS n FROM users WHERE email = ?', [email])).toEqual([{ n: 1 }]);
    const mails = "SELECT count(*)::int AS n FROM outbox_messages WHERE mail <> 'none' AND recipient = ?";
    const [{ n }] = (await rows<{ n: number }>(gateway, mails, [email])) as [{ n: number }];
    expect(n).toBeLessThanOrEqual(2);
    expect(faults(gateway)).toEqual([]);
  });

  it('an account that gives way while somebody signs up for its address again is no fault, and the new one is whole', async () => {
    const { email } = await signedUp(gateway);
    const before = await accountOf(gateway, email);
    // As for an address whose code is nobody's: who deletes the account and who signs up do not wait for each other there.
    await rows(gateway, "UPDATE one_time_codes SET user_id = NULL WHERE purpose = 'VERIFY_EMAIL' AND address = ?", [
      email,
    ]);
    const other = gateway.dependencies.orm.em.fork();
    await other.begin();
    await other.execute('DELETE FROM users WHERE id = ?', [before?.id]);
    const again = signup({ email });
    const waiting = "SELECT 1 FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'";
    await expect.poll(async () => (await rows(gateway, waiting)).length).toBe(1);
    await other.commit();
    expectType((await again).data.signup, 'SignupAccepted');
    const after = await accountOf(gateway, email);
    expect(after?.id).not.toBe(before?.id);
    const { code } = await mailedTo(gateway, email);
    await gateway.ask(VerifyEmailDocument, { input: { email, code } });
    const { data } = await gateway.ask(LoginDocument, { input: { identifier: email, password: PASSWORD } });
    expectType(data.login, 'LoginSuccess');
    expect(faults(gateway)).toEqual([]);
  });

  it('ten sign-ups at once with one username make one account', async () => {
    const username = `name-${Date.now().toString(36)}`;
    const answers = await atOnce(10, (index) =>
      signup({ email: newEmail(), username: index % 2 === 0 ? username : username.toUpperCase() }),
    );
    const names = answers.map((answer) => `${answer.status} ${answer.data.signup.__typename}`).sort();
    expect(names).toEqual([...Array(9).fill('200 IdentifierTakenProblem'), '200 SignupAccepted']);
    const found = await rows(gateway, 'SELECT username FROM users WHERE username_key = ?', [username]);
    expect(found).toHaveLength(1);
    expect(faults(gateway)).toEqual([]);
  });

  it('ten sign-ups at once with one address and one username make one account', async () => {
    const email = newEmail();
    const username = `both-${Date.now().toString(36)}`;
    const answers = await atOnce(10, () => signup({ email, username }));
    expect(answers.filter((answer) => answer.data.signup.__typename === 'SignupAccepted')).toHaveLength(1);
    expect(faults(gateway)).toEqual([]);
  });

  it('an address is trimmed and lower-cased', async () => {
    const email = newEmail();
    const accepted = expectType((await signup({ email: `  ${email.toUpperCase()} ` })).data.signup, 'SignupAccepted');
    expect(accepted.email).toBe(email);
    await signup({ email });
    expect(await rows(gateway, 'SELECT email FROM users WHERE lower(email) = ?', [email])).toEqual([{ email }]);
  });

  it.each(['\u212A', 'ﬁ', 'ａ', 'é', 'ı', 'İ'])(
    'a look-alike letter %s is never taken for its base',
    async (letter) => {
      const answer = expectType((await signup({ email: `${letter}${newEmail()}` })).data.signup, 'AuthInputProblem');
      expect(answer.fields).toMatchObject([{ path: ['input', 'email'], rule: 'local_part_ascii' }]);
    },
  );

  it('a username is unique whatever its case and keeps its spelling', async () => {
    const username = `Casey${Date.now().toString(36)}`;
    const { email } = await quickUser(gateway, { username });
    const taken = await signup({ email: newEmail(), username: username.toLowerCase() });
    expect(expectType(taken.data.signup, 'IdentifierTakenProblem').code).toBe('USERNAME_TAKEN');
    expect((await accountOf(gateway, email))?.username).toBe(username);
  });

  it('a taken username is refused alike for a new and a taken address', async () => {
    const username = `taken${Date.now().toString(36)}`;
    const { email: own } = await quickUser(gateway, { username });
    const { email: other } = await quickUser(gateway);
    const bodies = [];
    for (const email of [newEmail(), other, own]) bodies.push((await signup({ email, username })).body);
    expect(new Set(bodies).size).toBe(1);
    expect(bodies[0]).toContain('USERNAME_TAKEN');
  });
});

describe('what a sign-up stores', () => {
  it('the times of consent, and none where it was not given', async () => {
    const { email } = await signedUp(gateway, { termsAccepted: true });
    const account = await accountOf(gateway, email);
    expect(Math.abs((account?.termsAcceptedAt?.getTime() ?? 0) - gateway.clock.now().getTime())).toBeLessThan(5_000);
    expect(account?.privacyPolicyAcceptedAt).toBeNull();
  });

  it('a role of SIGNUP_ROLES, and DEFAULT_ROLE where none is chosen', async () => {
    const chosen = await signedUp(gateway, { role: 'user' });
    const left = await signedUp(gateway);
    expect((await accountOf(gateway, chosen.email))?.role).toBe('user');
    expect((await accountOf(gateway, left.email))?.role).toBe('seller');
  });

  it.each(['admin', 'ADMIN', 'owner', '', 'user ', '__proto__'])('never the role %j', async (role) => {
    const email = newEmail();
    const refused = expectType((await signup({ email, role })).data.signup, 'AuthInputProblem');
    expect(refused.fields).toMatchObject([{ path: ['input', 'role'], rule: 'oneOf' }]);
    expect(await accountOf(gateway, email)).toBeNull();
  });

  it('locale and time zone in their usual spelling', async () => {
    const { email } = await signedUp(gateway, { locale: 'de-ch', timezone: 'Europe/Zurich' });
    expect(await accountOf(gateway, email)).toMatchObject({ locale: 'de-CH', timezone: 'Europe/Zurich' });
  });
});

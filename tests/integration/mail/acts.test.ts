import { afterAll, beforeAll, expect, it } from 'vitest';
import {
  ChangePasswordDocument,
  LoginDocument,
  RequestEmailChangeDocument,
  RequestPasswordResetDocument,
  SignupDocument,
} from '../../generated/operations.js';
import { quickUser, rows } from '../../support/accounts.js';
import { sharedGateway, type TestGateway } from '../../support/app.js';
import { expectType, loggedIn, newEmail as newEmailOf, PASSWORD } from '../../support/journey.js';
import { NEW_PASSWORD } from '../../support/passwords.js';

const FIREFOX = 'Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0';

let gateway: TestGateway;

beforeAll(async () => {
  gateway = await sharedGateway({ worker: true });
});
afterAll(() => gateway.close());

it('D1: a mail about an act tells what it came from, at the time of the account', async () => {
  const { email, id } = await quickUser(gateway);
  await rows(gateway, "UPDATE users SET timezone = 'Asia/Tokyo' WHERE id = ? RETURNING id", [id]);
  const ask = { headers: { 'user-agent': FIREFOX } };
  const input = { identifier: email, password: PASSWORD, tokenDelivery: 'BODY' as const };
  const { tokens } = expectType((await gateway.ask(LoginDocument, { input }, ask)).data.login, 'LoginSuccess');
  const passwords = { currentPassword: PASSWORD, newPassword: NEW_PASSWORD };
  const token = tokens.accessToken;
  const { data } = await gateway.ask(ChangePasswordDocument, { input: passwords }, { ...ask, token });
  expectType(data.changePassword, 'PasswordChanged');
  const { text, html } = await gateway.mailTo(email, { mail: 'password-changed' });
  for (const shown of [text, html]) {
    expect(shown).toContain('Firefox 140');
    expect(shown).toContain('Linux');
    expect(shown).toMatch(/\d{4} at \d\d:\d\d \(Asia\/Tokyo\)/);
  }
});

/** What the asker was, and when: in the reader's own time zone, which is not the asker's. */
function expectAct(mail: { text: string; html: string }, language = 'en') {
  for (const shown of [mail.text, mail.html]) {
    expect(shown).toContain('Firefox 140');
    expect(shown).toContain('Linux');
    expect(shown).toMatch(
      language === 'en' ? /\d{4} at \d\d:\d\d \(Asia\/Tokyo\)/ : /\d{4} um \d\d:\d\d \(Asia\/Tokyo\)/,
    );
    expect(shown).not.toMatch(/\{\{|203\.0\.113/);
  }
}

it.each(['en', 'de'])('D1: so does each mail that somebody asks for, in %s', async (locale) => {
  const inTokyo = async (user: { id: string }) =>
    await rows(gateway, "UPDATE users SET timezone = 'Asia/Tokyo', locale = ? WHERE id = ? RETURNING id", [
      locale,
      user.id,
    ]);
  const [owner, other] = await Promise.all([quickUser(gateway), quickUser(gateway)]);
  await Promise.all([inTokyo(owner), inTokyo(other)]);
  const ask = { from: '203.0.113.77', headers: { 'user-agent': FIREFOX } };

  await gateway.ask(RequestPasswordResetDocument, { input: { email: owner.email } }, ask);
  expectAct(await gateway.mailTo(owner.email, { mail: 'reset-password' }), locale);
  // The asker's own zone and name are nobody's but the asker's.
  const signup = { email: owner.email, password: NEW_PASSWORD, timezone: 'America/Lima', displayName: 'Mallory' };
  await gateway.ask(SignupDocument, { input: signup }, ask);
  const notice = await gateway.mailTo(owner.email, { mail: 'already-registered' });
  expectAct(notice, locale);
  expect(notice.text).not.toMatch(/Mallory|Lima/);

  const { accessToken: token } = await loggedIn(gateway, owner.email, { ask });
  for (const [newEmail, mail] of [
    [newEmailOf(), 'change-email'],
    [other.email, 'already-registered'],
  ] as const) {
    const input = { newEmail, password: PASSWORD };
    await gateway.ask(RequestEmailChangeDocument, { input }, { ...ask, token });
    expectAct(await gateway.mailTo(newEmail, { mail }), locale);
  }
});

it('D1: a row of an earlier version, which tells nothing of the act, is mailed as it was', async () => {
  const { email, id } = await quickUser(gateway);
  await gateway.ask(RequestPasswordResetDocument, { input: { email } });
  await gateway.mailTo(email, { mail: 'reset-password' });
  const columns = "mail, recipient, locale, code_id, '{}' AS variables, request_id, now(), now()";
  await rows(
    gateway,
    `INSERT INTO outbox_messages (id, mail, recipient, locale, code_id, variables, request_id, created_at, next_attempt_at)
     SELECT gen_random_uuid(), ${columns} FROM outbox_messages WHERE recipient = ? AND mail = 'reset-password' RETURNING id`,
    [email],
  );
  const seen = (await gateway.mails()).filter(({ to }) => to === email).map((mail) => mail.id);
  const { text } = await gateway.mailTo(email, { mail: 'reset-password', seen });
  expect(text).not.toMatch(/from here|Time:|\{\{/);
  expect(id).toBeTruthy();
});

it('D1: so does the mail about wrong passwords', async () => {
  const { email } = await quickUser(gateway);
  const input = { identifier: email, password: 'Wrong-Horse-7-Staple' };
  for (let index = 0; index < 6; index += 1) {
    await gateway.ask(LoginDocument, { input }, { headers: { 'user-agent': FIREFOX } });
    gateway.clock.advance(30);
  }
  expect((await gateway.mailTo(email, { mail: 'account-locked' })).text).toContain('Browser: Firefox 140');
});

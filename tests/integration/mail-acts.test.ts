import { afterAll, beforeAll, expect, it } from 'vitest';
import { ChangePasswordDocument, LoginDocument } from '../generated/operations.js';
import { quickUser, rows } from '../support/accounts.js';
import { sharedGateway, type TestGateway } from '../support/app.js';
import { expectType, PASSWORD } from '../support/journey.js';
import { NEW_PASSWORD } from '../support/passwords.js';

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

it('D1: so does the mail about wrong passwords', async () => {
  const { email } = await quickUser(gateway);
  const input = { identifier: email, password: 'Wrong-Horse-7-Staple' };
  for (let index = 0; index < 6; index += 1) {
    await gateway.ask(LoginDocument, { input }, { headers: { 'user-agent': FIREFOX } });
    gateway.clock.advance(30);
  }
  expect((await gateway.mailTo(email, { mail: 'account-locked' })).text).toContain('Browser: Firefox 140');
});

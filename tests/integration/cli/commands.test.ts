import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type CreateOptions, createAccount } from '../../../src/cli/commands/create-user.js';
import { rotateKeys } from '../../../src/cli/commands/keys.js';
import { testMail } from '../../../src/cli/commands/mail-test.js';
import { LoginDocument } from '../../generated/operations.js';
import { accountOf, commandContext, rows } from '../../support/accounts.js';
import { sharedGateway, type TestGateway, testGateway } from '../../support/app.js';
import { expectType, newEmail, PASSWORD } from '../../support/journey.js';
import { mailServer } from '../../support/mail-server.js';

describe('mail test', () => {
  it('sends over the configured server, and says what failed and what to do', async () => {
    const server = await mailServer();
    const gateway = await testGateway({ env: { SMTP_URL: server.url } });
    const run = (address: string) => testMail(commandContext(gateway), address);
    const to = newEmail();
    const sent = await run(to);
    expect(sent).toMatchObject({ data: { email: to, isCaptured: false } });
    expect(sent.text).toBe(
      `127.0.0.1:${server.port} accepted a test email to ${to}. If it does not arrive, check the spam folder.`,
    );
    expect(server.taken(to)).toHaveLength(1);
    const events = "SELECT success, metadata->>'by' AS by FROM audit_events WHERE type = 'MAIL_TEST'";
    expect(await rows(gateway, events)).toEqual([{ success: true, by: 'operator' }]);

    server.answer = 554;
    expect(await run(to)).toEqual({
      code: 'MAIL_NOT_SENT',
      text: `${to}: The email was not sent: the mail server rejected the message (554). The log of the mail server says why.`,
    });
    server.answer = 451;
    const later = `${to}: The email was not sent: the mail server does not accept the message now (451). The mail server asks to try again later. A running worker tries again.`;
    expect((await run(to)).text).toBe(later);
    await server.stop();
    const away = await run(to);
    expect(away.text).toMatch(/could not be reached \(\w+\)\. Check the host and the port in SMTP_URL/);
    expect(await run('nobody')).toMatchObject({ code: 'INPUT_INVALID' });
  });

  it('says that the email was captured if there is no mail server', async () => {
    const gateway = await testGateway();
    const to = newEmail();
    const { text, code } = await testMail(commandContext(gateway), to);
    expect({ text, code }).toEqual({
      text: `There is no SMTP_URL, so the email to ${to} was captured: http://localhost:4000/dev/mail`,
      code: undefined,
    });
    expect((await gateway.mailTo(to)).mail).toBe('test');
  });
});

describe('keys rotate', () => {
  it('records the rotation, also while the key of an earlier one waits', async () => {
    const gateway = await testGateway();
    const ids: string[] = [];
    for (const immediately of [false, true]) {
      const { data } = await rotateKeys(commandContext(gateway), immediately);
      ids.push((data as { id: string }).id);
    }
    const events = "SELECT success, actor_id, user_id, metadata FROM audit_events WHERE type = 'SIGNING_KEY_ROTATE'";
    const rotation = { success: true, actor_id: null, user_id: null };
    expect(await rows(gateway, `${events} ORDER BY created_at, metadata->>'immediately'`)).toEqual([
      { ...rotation, metadata: { by: 'operator', keyId: ids[0], immediately: false } },
      { ...rotation, metadata: { by: 'operator', keyId: ids[1], immediately: true } },
    ]);
  });
});

describe('users create', () => {
  let gateway: TestGateway;
  beforeAll(async () => {
    gateway = await sharedGateway();
  });
  afterAll(() => gateway.close());

  const create = (email: string, options: CreateOptions = {}, password = PASSWORD) =>
    createAccount(commandContext(gateway), email, options, async () => password);
  const login = async (identifier: string) =>
    (await gateway.ask(LoginDocument, { input: { identifier, password: PASSWORD, tokenDelivery: 'BODY' } })).data.login;
  const mailsTo = async (email: string) =>
    (await rows<{ mail: string }>(gateway, 'SELECT mail FROM outbox_messages WHERE recipient = ?', [email])).map(
      ({ mail }) => mail,
    );

  it('makes an account that signs in by either name', async () => {
    const email = newEmail();
    const options = { username: 'Ada', name: 'Ada L.', role: 'support', locale: 'de', verified: true };
    const made = await create(` ${email.toUpperCase()} `, options);
    expect(made.text).toBe(`${email} now has an account with the role support, and can sign in.`);
    const { user } = expectType(await login('ada'), 'LoginSuccess');
    expect(user).toMatchObject({ email, role: 'support' });
    expect(await accountOf(gateway, email)).toMatchObject({ displayName: 'Ada L.', locale: 'de' });
    expect(await mailsTo(email)).toEqual([]);
    const text = "SELECT metadata FROM audit_events WHERE type = 'SIGN_UP' AND user_id = ?";
    const [event] = await rows(gateway, text, [user.id]);
    expect(event).toEqual({ metadata: { by: 'operator', role: 'support', verified: true } });
  });

  it('mails a code unless the address is known to be verified', async () => {
    const email = newEmail();
    expect((await create(email)).text).toContain('once the address is verified, for which a code is mailed');
    expectType(await login(email), 'EmailNotVerifiedProblem');
    expect(await mailsTo(email)).toContain('verify-email');
  });

  it('refuses what would be wrong, and writes nothing', async () => {
    const email = newEmail();
    await create(email, { username: 'Taken', verified: true });
    const count = 'SELECT count(*)::int AS count FROM users';
    const before = await rows(gateway, count);
    const outcomes = await Promise.all([
      create(email),
      create(newEmail(), { username: 'TAKEN' }),
      create(newEmail(), {}, 'short'),
      create('nobody'),
      create(newEmail(), { username: 'a b' }),
      create(newEmail(), { role: 'suport' }),
      create(newEmail(), { role: 'Admin!', yes: true }),
    ]);
    expect(outcomes.map(({ code }) => code)).toEqual([
      ...['EMAIL_TAKEN', 'USERNAME_TAKEN', 'PASSWORD_REJECTED', 'INPUT_INVALID', 'INPUT_INVALID'],
      ...['ROLE_UNKNOWN', 'INPUT_INVALID'],
    ]);
    expect(await rows(gateway, count)).toEqual(before);
    expect(await create(newEmail(), { role: 'suport', yes: true })).not.toHaveProperty('code');
  });

  it('of many that want one address at once, one gets it', async () => {
    const email = newEmail();
    const outcomes = await Promise.all(Array.from({ length: 4 }, () => create(email, { verified: true })));
    expect(outcomes.map(({ code }) => code ?? 'done').toSorted()).toEqual([
      'EMAIL_TAKEN',
      'EMAIL_TAKEN',
      'EMAIL_TAKEN',
      'done',
    ]);
  });
});

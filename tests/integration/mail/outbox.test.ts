import pg from 'pg';
import { expect, it } from 'vitest';
import { OneTimeCode } from '../../../src/entities/one-time-code.js';
import { OutboxMessage } from '../../../src/entities/outbox-message.js';
import { User } from '../../../src/entities/user.js';
import { deriveCode } from '../../../src/services/one-time-codes/derive.js';
import { sendMail } from '../../../src/workers/send-mail.js';
import { startWorkers } from '../../../src/workers/start-workers.js';
import { ResendVerificationDocument, SignupDocument, VerifyEmailDocument } from '../../generated/operations.js';
import { type TestGateway, testGateway } from '../../support/app.js';
import { eventually } from '../../support/eventually.js';
import { expectType, newEmail, PASSWORD } from '../../support/journey.js';
import { codeIn, type MailServer, mailServer } from '../../support/mail-server.js';

async function signUp(gateway: TestGateway, email = newEmail()): Promise<string> {
  const { data } = await gateway.ask(SignupDocument, { input: { email, password: PASSWORD } });
  expectType(data.signup, 'SignupAccepted');
  return email;
}

async function outboxRow(gateway: TestGateway, recipient: string): Promise<OutboxMessage> {
  return await gateway.dependencies.orm.em.fork().findOneOrFail(OutboxMessage, { recipient });
}

async function codeOf(gateway: TestGateway, address: string): Promise<string> {
  const row = await gateway.dependencies.orm.em.fork().findOneOrFail(OneTimeCode, { purpose: 'VERIFY_EMAIL', address });
  return deriveCode(gateway.dependencies.secretKeys, row);
}

it('writes account, code and mail together or not at all', async () => {
  const gateway = await testGateway();
  const { orm } = gateway.dependencies;
  await orm.em.execute(`
    CREATE FUNCTION refuse() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN RAISE EXCEPTION 'refused'; END $$;
    CREATE TRIGGER refuse BEFORE INSERT ON outbox_messages FOR EACH ROW EXECUTE FUNCTION refuse()`);
  const email = newEmail();
  const answer = await gateway.ask(SignupDocument, { input: { email, password: PASSWORD } });
  expect(answer.errors[0]?.extensions.code).toBe('INTERNAL_SERVER_ERROR');
  const em = orm.em.fork();
  expect(await em.count(User, { email })).toBe(0);
  expect(await em.count(OneTimeCode, { address: email })).toBe(0);
  await orm.em.execute('DROP TRIGGER refuse ON outbox_messages');
  await signUp(gateway, email);
  expect(await em.count(OutboxMessage, { recipient: email })).toBe(1);
});

it('mails subject, text and HTML with the code and the link', async () => {
  const server = await mailServer();
  const gateway = await testGateway({ worker: true, env: { SMTP_URL: server.url } });
  const email = await signUp(gateway);
  const [mail] = await server.waitFor(1, { to: email });
  expect(mail?.text).toMatch(/^Subject: \S/m);
  expect(mail?.text).toContain('Content-Type: text/plain');
  expect(mail?.text).toContain('Content-Type: text/html');
  expect(mail?.text.match(/\/verify-email#token=[\w-]{64}/g)?.length).toBeGreaterThanOrEqual(2);
  const code = codeIn(mail?.text ?? '');
  const verified = await gateway.ask(VerifyEmailDocument, { input: { email, code } });
  expectType(verified.data.verifyEmail, 'EmailVerified');
});

it('O6: leads its link to the address of the settings, whatever the request says of itself', async () => {
  const gateway = await testGateway({ worker: true, env: { APP_URL: 'https://app.example.com' } });
  const email = newEmail();
  const headers = { host: 'evil.example', 'x-forwarded-host': 'evil.example', 'x-forwarded-proto': 'http' };
  await gateway.ask(SignupDocument, { input: { email, password: PASSWORD } }, { headers });
  const { link, text, html } = await gateway.mailTo(email);
  expect(link).toMatch(/^https:\/\/app\.example\.com\/verify-email#token=[\w-]{64}$/);
  expect(text + html).not.toContain('evil.example');
});

it('tries again when the server puts a mail off: the same code and id each time, and one mail in the end', async () => {
  const server = await mailServer();
  server.answer = 451;
  const gateway = await testGateway({ worker: true, env: { SMTP_URL: server.url } });
  const email = await signUp(gateway);
  await eventually(() => expect(server.received.length).toBeGreaterThanOrEqual(2));
  server.answer = 250;
  await server.waitFor(1, { to: email });
  await eventually(async () => expect((await outboxRow(gateway, email)).status).toBe('SENT'));
  expect(server.taken(email)).toHaveLength(1);
  expect(new Set(server.received.map(({ text }) => codeIn(text))).size).toBe(1);
  expect(new Set(server.received.map(({ text }) => /^Message-ID: (.*)$/m.exec(text)?.[1])).size).toBe(1);
});

it('keeps what the server refuses for good, with the reason and without the address', async () => {
  const server = await mailServer();
  server.answer = 554;
  const gateway = await testGateway({ worker: true, env: { SMTP_URL: server.url } });
  const email = await signUp(gateway);
  await eventually(async () => expect((await outboxRow(gateway, email)).status).toBe('FAILED'));
  const row = await outboxRow(gateway, email);
  expect(row).toMatchObject({ attempts: 1, lastError: 'the mail server rejected the message (554)' });
  expect(await gateway.dependencies.metrics.metrics()).toContain('gatehouse_mails_total 1');
  const line = gateway.logLines.find((one) => one.includes('an email was abandoned'));
  expect(JSON.parse(line ?? '{}')).toMatchObject({ outboxId: row.id, reason: row.lastError });
  expect(gateway.logLines.join('')).not.toContain(email);
});

it('sends nothing for a code that was superseded or used while its mail waited', async () => {
  const gateway = await testGateway();
  const superseded = await signUp(gateway);
  const used = await signUp(gateway);
  const verified = await gateway.ask(VerifyEmailDocument, {
    input: { email: used, code: await codeOf(gateway, used) },
  });
  expectType(verified.data.verifyEmail, 'EmailVerified');
  // While its link lives, the same code is mailed again.
  gateway.clock.advance(24 * 3_600 + 1);
  await gateway.ask(ResendVerificationDocument, { input: { email: superseded } });
  const worker = startWorkers(gateway.dependencies);
  try {
    expect((await gateway.mailTo(superseded)).code).toBe(await codeOf(gateway, superseded));
    await eventually(async () => expect((await outboxRow(gateway, used)).status).toBe('DISCARDED'));
    await eventually(async () => {
      const rows = await gateway.dependencies.orm.em.fork().find(OutboxMessage, { recipient: superseded });
      expect(rows.map(({ status }) => status).sort()).toEqual(['DISCARDED', 'SENT']);
    });
    expect(await gateway.mails()).toHaveLength(1);
  } finally {
    await worker.close();
  }
});

it('gives a code its time anew when it ran out before the mail went', async () => {
  const gateway = await testGateway();
  const email = await signUp(gateway);
  gateway.clock.advance(11 * 60);
  const late = await gateway.ask(VerifyEmailDocument, { input: { email, code: await codeOf(gateway, email) } });
  expectType(late.data.verifyEmail, 'CodeProblem');
  const worker = startWorkers(gateway.dependencies);
  try {
    const { code } = await gateway.mailTo(email);
    const verified = await gateway.ask(VerifyEmailDocument, { input: { email, code: code ?? '' } });
    expectType(verified.data.verifyEmail, 'EmailVerified');
  } finally {
    await worker.close();
  }
});

it('Q1: puts no code, link, address or password into the queue of the database', async () => {
  const server = await mailServer();
  const answered = Promise.withResolvers<void>();
  server.hold = answered.promise;
  const gateway = await testGateway({ worker: true, env: { SMTP_URL: server.url } });
  const email = await signUp(gateway);
  await eventually(() => expect(server.received).toHaveLength(1));
  const client = new pg.Client({ connectionString: gateway.database.url });
  await client.connect();
  const { rows: tables } = await client.query<{ name: string }>(
    `SELECT format('%I.%I', table_schema, table_name) AS name FROM information_schema.tables WHERE table_schema = 'bullmq'`,
  );
  let dump = '';
  for (const { name } of tables) dump += JSON.stringify((await client.query(`SELECT * FROM ${name}`)).rows);
  await client.end();
  answered.resolve();
  expect(dump).toContain((await outboxRow(gateway, email)).id);
  const { text } = server.received[0] ?? { text: '' };
  const [, token] = /#token=([\w-]{64})/.exec(text) ?? [];
  for (const secret of [email, PASSWORD, token ?? 'no token']) expect(dump).not.toContain(secret);
  expect(dump).not.toMatch(new RegExp(`\\b${codeIn(text)}\\b`));
});

/** A worker sends the mail of an outbox row, and the server has the whole of it and waits before it answers. */
async function heldSending(gateway: TestGateway, server: MailServer, outboxId: string, answer: number) {
  const { promise, resolve } = Promise.withResolvers<void>();
  Object.assign(server, { answer, hold: promise });
  const before = server.received.length;
  const sent = sendMail(gateway.dependencies, { outboxId, requestId: null });
  await eventually(() => expect(server.received).toHaveLength(before + 1));
  return async () => {
    resolve();
    await sent;
  };
}

/** One worker is cut off from the database while it sends; the relay frees the mail, and another worker sends it as well. */
async function sentByTwo(cutOff: number, other: number) {
  const server = await mailServer();
  const gateway = await testGateway({ env: { SMTP_URL: server.url } });
  const { id } = await outboxRow(gateway, await signUp(gateway));
  const endCutOff = await heldSending(gateway, server, id, cutOff);
  await gateway.dependencies.orm.em.execute('UPDATE outbox_messages SET locked_until = NULL WHERE id = ?', [id]);
  const endOther = await heldSending(gateway, server, id, other);
  const row = () => gateway.dependencies.orm.em.fork().findOneOrFail(OutboxMessage, { id });
  return { endCutOff, endOther, row };
}

it('a worker that lost its mail to another one does not let it go', async () => {
  const { endCutOff, endOther, row } = await sentByTwo(451, 250);
  const held = await row();
  expect(held).toMatchObject({ attempts: 2, lockedUntil: expect.any(Date) });
  await endCutOff();
  const { lockedUntil, nextAttemptAt, lastError } = await row();
  expect({ isHeld: lockedUntil !== null, nextAttemptAt, lastError }).toEqual({
    isHeld: true,
    nextAttemptAt: held.nextAttemptAt,
    lastError: null,
  });
  await endOther();
  expect((await row()).status).toBe('SENT');
});

it.each(['while the other one sends it', 'after the other one sent it'])(
  'a worker that lost its mail to another one does not give it up %s',
  async (when) => {
    const { endCutOff, endOther, row } = await sentByTwo(554, 250);
    if (when.startsWith('after')) await endOther();
    await endCutOff();
    expect((await row()).status).toBe(when.startsWith('after') ? 'SENT' : 'PENDING');
    await endOther();
    expect(await row()).toMatchObject({ status: 'SENT', lastError: null });
  },
);

it('a mail that was sent by a worker that had lost it is done for the other one too', async () => {
  const { endCutOff, endOther, row } = await sentByTwo(250, 451);
  await endCutOff();
  expect((await row()).status).toBe('SENT');
  await endOther();
  expect(await row()).toMatchObject({ status: 'SENT', lastError: null, lockedUntil: null });
});

import { randomBytes } from 'node:crypto';
import type { AddressInfo } from 'node:net';
import { SMTPServer, type SMTPServerOptions } from 'smtp-server';
import { describe, expect, it, onTestFinished } from 'vitest';
import { RequestPasswordResetDocument } from '../generated/operations.js';
import { rows, signedUp } from '../support/accounts.js';
import { type TestGateway, testGateway } from '../support/app.js';
import { eventually } from '../support/eventually.js';
import { expectType, newEmail } from '../support/journey.js';
import { freePort } from '../support/ports.js';
import { productionSettings } from '../support/production.js';

const MANY = 20;
const SENDER = 'gate@sender.example';
const METRICS_TOKEN = randomBytes(32).toString('base64');
const OPERATOR = { authorization: `Bearer ${METRICS_TOKEN}` };
type Answer = (error?: Error | null) => void;
const refusal = (responseCode: number) => Object.assign(new Error('refused by a test'), { responseCode });

/** Starts a mail server; gives its URL. */
async function serverWith(options: SMTPServerOptions): Promise<string> {
  const server = new SMTPServer({
    authOptional: true,
    disabledCommands: ['STARTTLS', 'AUTH'],
    closeTimeout: 100,
    onData: (stream, _session, done) => void stream.resume().on('end', () => done()),
    ...options,
  });
  server.on('error', () => undefined);
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  onTestFinished(() => new Promise<void>((resolve) => server.close(resolve)));
  return `smtp://127.0.0.1:${(server.server.address() as AddressInfo).port}`;
}

const recipients = (answer: (address: string) => Error | null): SMTPServerOptions => ({
  onRcptTo: ({ address }, _session, done: Answer) => done(answer(address)),
});
const isOwn = (address: string) => address === SENDER || address.startsWith('postmaster@');

const states: [what: string, health: string, start: () => Promise<string>][] = [
  [
    'takes every mail, though not to the sender itself',
    'up',
    () => serverWith(recipients((to) => (to === SENDER ? refusal(550) : null))),
  ],
  ['is away', 'degraded', async () => `smtp://127.0.0.1:${await freePort()}`],
  [
    'refuses the sender',
    'degraded',
    () => serverWith({ onMailFrom: (_address, _session, done: Answer) => done(refusal(550)) }),
  ],
  ['refuses every recipient', 'degraded', () => serverWith(recipients(() => refusal(550)))],
  ['refuses single recipients', 'up', () => serverWith(recipients((to) => (isOwn(to) ? null : refusal(550))))],
  [
    'refuses the text of every mail',
    'up',
    () => serverWith({ onData: (stream, _session, done) => void stream.resume().on('end', () => done(refusal(554))) }),
  ],
];

/** Accounts without the requests that make them. */
async function accounts(gateway: TestGateway): Promise<string[]> {
  await signedUp(gateway);
  const names = Array.from({ length: MANY }, newEmail);
  const text = `INSERT INTO users SELECT (jsonb_populate_record(u, jsonb_build_object(
    'id', gen_random_uuid(), 'email', name, 'email_verified_at', now()))).* FROM users u, unnest(?::text[]) AS name`;
  await rows(gateway, text, [`{${names.join(',')}}`]);
  return names;
}

async function productionWith(url: string): Promise<TestGateway> {
  const mail = { SMTP_URL: `${url}?requireTLS=false`, MAIL_FROM: `Gate <${SENDER}>` };
  return await testGateway({ worker: true, env: productionSettings({ ...mail, METRICS_TOKEN, BREACH_CHECK: 'off' }) });
}

const healthOf = async (gateway: TestGateway, headers = {}) =>
  (await gateway.inject({ url: '/health/ready', headers })).json().parts.mail as string;

/** The figures of ours, and the health answer that everybody gets. */
async function seenOf(gateway: TestGateway) {
  const text = (await gateway.inject({ url: '/metrics', headers: OPERATOR })).body;
  const figures = new Map<string, number>();
  for (const line of text.split('\n').filter((one) => one.startsWith('gatehouse_'))) {
    const [, name = '', value] = /^(\S+(?: \S+)*) (\S+)$/.exec(line) ?? [];
    figures.set(name, Number(value));
  }
  return { figures, health: await healthOf(gateway) };
}

/** What the requests of resets add to each figure, once every mail of theirs was tried. */
async function increments(gateway: TestGateway, emails: readonly string[]) {
  const before = await seenOf(gateway);
  // One after the other: a machine with other work refuses many at once.
  for (const [index, email] of emails.entries()) {
    const { data } = await gateway.ask(
      RequestPasswordResetDocument,
      { input: { email } },
      { from: `198.51.100.${index}` },
    );
    expectType(data.requestPasswordReset, 'MailAccepted');
  }
  const untried = 'SELECT count(*)::int AS n FROM outbox_messages WHERE attempts = 0';
  await eventually(async () => expect(await rows(gateway, untried)).toEqual([{ n: 0 }]));
  const { figures, health } = await seenOf(gateway);
  const added = [...figures].map(([name, value]) => [name, value - (before.figures.get(name) ?? 0)] as const);
  return { added: Object.fromEntries(added.filter(([, count]) => count !== 0)), health: [before.health, health] };
}

describe('E4: metrics and health', () => {
  it.each(states)(
    'are the same for known and unknown addresses while the mail server %s',
    async (_what, state, start) => {
      const gateway = await productionWith(await start());
      const known = await accounts(gateway);
      await eventually(async () => expect((await seenOf(gateway)).health).toBe(state));
      const ofKnown = await increments(gateway, known);
      const ofUnknown = await increments(gateway, Array.from({ length: MANY }, newEmail));
      expect(ofUnknown).toEqual(ofKnown);
      expect(ofKnown.added).toEqual({ gatehouse_mails_total: MANY });
      expect(ofKnown.health).toEqual([state, state]);
    },
    90_000,
  );

  it('tell of no connection: one to the mail server would tell that an email was sent', async () => {
    const gateway = await productionWith(await serverWith({}));
    const { body } = await gateway.inject({ url: '/metrics', headers: OPERATOR });
    expect(body).toContain('process_cpu_seconds_total');
    expect(body).toContain('gatehouse_mail_server_up 1');
    expect(body).not.toMatch(/open_fds|active_(handles|requests|resources)/);
  });

  it('tell the operator alone that mails are refused which no check can see', async () => {
    const url = await serverWith(recipients((to) => (isOwn(to) ? null : refusal(554))));
    const gateway = await productionWith(url);
    await increments(gateway, await accounts(gateway));
    await eventually(async () => expect(await healthOf(gateway, OPERATOR)).toBe('degraded'));
    expect([await healthOf(gateway), await healthOf(gateway, { authorization: 'Bearer x' })]).toEqual(['up', 'up']);
  });
});

import { type AddressInfo, createServer } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import { SMTPServer, type SMTPServerOptions } from 'smtp-server';
import { describe, expect, it, onTestFinished } from 'vitest';
import { OutboxMessage } from '../../src/entities/outbox-message.js';
import { RequestPasswordResetDocument, ResendVerificationDocument, SignupDocument } from '../generated/operations.js';
import { type TestGateway, testGateway } from '../support/app.js';
import { eventually } from '../support/eventually.js';
import { expectType, newEmail, PASSWORD } from '../support/journey.js';

type Answer = (error?: Error | null) => void;

const refusal = (responseCode: number) => Object.assign(new Error('refused by-a-test'), { responseCode });
const plain = { authOptional: true, allowInsecureAuth: true, disabledCommands: ['STARTTLS'] };

/** Starts a mail server; gives its port. */
async function refusingServer(options: SMTPServerOptions): Promise<number> {
  const server = new SMTPServer({
    closeTimeout: 100,
    onData: (stream, _session, done) => void stream.resume().on('end', () => done()),
    ...options,
  });
  server.on('error', () => undefined);
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  onTestFinished(() => new Promise<void>((resolve) => server.close(resolve)));
  return (server.server.address() as AddressInfo).port;
}

async function greetingServer(greeting: string): Promise<number> {
  const server = createServer((socket) => void socket.on('error', () => undefined).end(greeting));
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  onTestFinished(() => void server.close());
  return (server.address() as AddressInfo).port;
}

const health = async (gateway: TestGateway) => (await gateway.inject({ url: '/health/ready' })).json().parts.mail;

async function signUp(gateway: TestGateway, email = newEmail()): Promise<string> {
  const { data } = await gateway.ask(SignupDocument, { input: { email, password: PASSWORD } });
  return expectType(data.signup, 'SignupAccepted').mailStatus;
}

const lastErrors = async (gateway: TestGateway) => {
  const rows = await gateway.dependencies.orm.em.fork().findAll(OutboxMessage);
  return rows.map(({ lastError }) => lastError);
};

const refuseIn = (step: 'onMailFrom' | 'onRcptTo', code: number) => ({
  ...plain,
  [step]: (_address: unknown, _session: unknown, done: Answer) => done(refusal(code)),
});

describe('a mail server that greets and takes no mail', () => {
  it.each<[string, string, string, string, () => Promise<number>]>([
    [
      'a greeting of 554',
      'DEFERRED',
      '',
      'the mail server rejected the connection (554)',
      () => greetingServer('554 go away\r\n'),
    ],
    [
      '535 at AUTH',
      'DEFERRED',
      '',
      'the mail server rejected the sign-in (535)',
      () => refusingServer({ ...plain, onAuth: (_auth, _session, done) => done(refusal(535)) }),
    ],
    [
      'a certificate that nobody vouches for',
      'DEFERRED',
      '',
      'a verified TLS connection to the mail server could not be established (CERT_HAS_EXPIRED)',
      () => refusingServer({ authOptional: true }),
    ],
    [
      'no STARTTLS where it is required',
      'DEFERRED',
      '?requireTLS=true',
      'a verified TLS connection to the mail server could not be established (500)',
      () => refusingServer(plain),
    ],
    [
      '530 at MAIL FROM',
      'DEFERRED',
      '',
      'the mail server requires a sign-in (530)',
      () =>
        refusingServer({
          ...refuseIn('onMailFrom', 530),
          onAuth: (_auth, _session, done) => done(null, { user: 'g' }),
        }),
    ],
    ...([550, 554, 450] as const).map((code): [string, string, string, string, () => Promise<number>] => [
      `${code} for every recipient`,
      'DEFERRED',
      '',
      code >= 500
        ? `the mail server rejected the recipient (${code})`
        : `the mail server does not accept the recipient now (${code})`,
      () =>
        refusingServer({
          ...refuseIn('onRcptTo', code),
          onAuth: (_auth, _session, done) => done(null, { user: 'g' }),
        }),
    ]),
  ])('shows %s in readiness and in the row of the mail', async (_kind, status, query, reason, start) => {
    const SMTP_URL = `smtp://gate:hunter-secret@127.0.0.1:${await start()}${query}`;
    const gateway = await testGateway({ worker: true, env: { SMTP_URL } });
    await eventually(async () => expect(await health(gateway)).toBe('degraded'));
    for (let count = 0; count < 3; count += 1) expect(await signUp(gateway)).toBe(status);
    await eventually(async () => expect(await lastErrors(gateway)).toEqual([reason, reason, reason]));
    await eventually(async () => expect(await health(gateway)).toBe('degraded'));
    expect(gateway.logLines.join('')).toContain(reason);
    expect(gateway.logLines.join('')).not.toMatch(/hunter-secret|by-a-test/);
  });
});

/** Refuses the recipients that `refusalFor` names; `ours` tells the addresses of the sender's own domain. */
function refusingRecipients(refusalFor: (address: string, ours: boolean) => Error | null): Promise<number> {
  return refusingServer({
    ...plain,
    disabledCommands: ['STARTTLS', 'AUTH'],
    hideENHANCEDSTATUSCODES: false,
    onRcptTo({ address }, session, done) {
      const from = session.envelope.mailFrom === false ? '' : session.envelope.mailFrom.address;
      done(refusalFor(address, address.split('@')[1] === from.split('@')[1]));
    },
  });
}

describe('a mail server that refuses some recipients', () => {
  it('is degraded while it relays for nobody, also where another process sends', async () => {
    let isOpen = false;
    const port = await refusingRecipients((_address, ours) => (isOpen || ours ? null : refusal(554)));
    const env = { SMTP_URL: `smtp://127.0.0.1:${port}` };
    const sending = await testGateway({ worker: true, env });
    const serving = await testGateway({ replicaOf: sending, env });
    const both = [sending, serving];
    for (const gateway of both) await eventually(async () => expect(await health(gateway)).toBe('up'));
    // The server takes mails to ourselves, so nothing that is asked of it tells; what became of mails must not.
    for (let count = 0; count < 3; count += 1) expect(await signUp(serving)).toBe('QUEUED');
    for (const gateway of both) {
      await eventually(async () => expect(await health(gateway)).toBe('degraded'));
      expect(gateway.logLines.filter((line) => line.includes('is not accepting mail'))).toEqual([
        expect.stringContaining('the mail server rejected the recipient (554)'),
      ]);
    }
    isOpen = true;
    expect(await signUp(serving)).toBe('QUEUED');
    for (const gateway of both) await eventually(async () => expect(await health(gateway)).toBe('up'));
  });

  it('is no worse for addresses that there are not, however many somebody types', async () => {
    const port = await refusingRecipients((address, ours) =>
      ours || address.startsWith('right') ? null : refusal(550),
    );
    const gateway = await testGateway({ worker: true, env: { SMTP_URL: `smtp://127.0.0.1:${port}` } });
    for (let count = 0; count < 5; count += 1) expect(await signUp(gateway)).toBe('QUEUED');
    const reason = 'the mail server does not know the recipient (550)';
    await eventually(async () => expect(await lastErrors(gateway)).toEqual(Array.from({ length: 5 }, () => reason)));
    // What was found out is remembered for a second.
    for (let count = 0; count < 3; count += 1) {
      expect(await health(gateway)).toBe('up');
      await sleep(600);
    }
    expect(await signUp(gateway, `right-${newEmail()}`)).toBe('QUEUED');
  });

  it('is good though it knows neither the sender nor its postmaster, once it was seen to take mails', async () => {
    const port = await refusingRecipients((_address, ours) => (ours ? refusal(550) : null));
    const gateway = await testGateway({ worker: true, env: { SMTP_URL: `smtp://127.0.0.1:${port}` } });
    await eventually(async () => {
      await signUp(gateway);
      expect(await health(gateway)).toBe('up');
    });
    expect(await signUp(gateway)).toBe('QUEUED');
  });
});

/** The answers of one operation to addresses, by what they say of the mail. */
async function statuses(ask: (email: string) => Promise<string>, emails: readonly string[]): Promise<Set<string>> {
  const found = new Set<string>();
  for (const email of emails) found.add(await ask(email));
  return found;
}

describe('what an answer says of its mail', () => {
  it.each([
    ['refuses the sender', 'onMailFrom', 'DEFERRED'],
    ['refuses every recipient', 'onRcptTo', 'DEFERRED'],
    ['hangs up at every recipient but the sender, which no check can see', 'onStranger', 'QUEUED'],
  ] as const)('is the same for known and unknown addresses while the server %s', async (_what, step, duringOutage) => {
    let isBad = true;
    const port = await {
      onMailFrom: () =>
        refusingServer({
          ...plain,
          disabledCommands: ['STARTTLS', 'AUTH'],
          onMailFrom: (_address, _session, done) => done(isBad ? refusal(530) : null),
        }),
      onRcptTo: () => refusingRecipients(() => (isBad ? refusal(550) : null)),
      onStranger: () => refusingRecipients((_address, ours) => (isBad && !ours ? refusal(421) : null)),
    }[step]();
    const gateway = await testGateway({ worker: true, env: { SMTP_URL: `smtp://127.0.0.1:${port}` } });
    const known = Array.from({ length: 20 }, newEmail);
    await statuses((email) => signUp(gateway, email), known);
    const asks = {
      signup: (email: string) => signUp(gateway, email),
      reset: async (email: string) => {
        const { data } = await gateway.ask(RequestPasswordResetDocument, { input: { email } });
        return expectType(data.requestPasswordReset, 'MailAccepted').mailStatus;
      },
      resend: async (email: string) => {
        const { data } = await gateway.ask(ResendVerificationDocument, { input: { email } });
        return expectType(data.resendVerification, 'MailAccepted').mailStatus;
      },
    };
    const expectSame = async (expected: string, operations = Object.keys(asks)) => {
      for (const [name, ask] of Object.entries(asks).filter(([name]) => operations.includes(name))) {
        // Past the cool-down of the round before, so that mails go out.
        gateway.clock.advance(61);
        const some = name === 'reset' ? known : known.slice(0, 4);
        const unknown = some.map(() => newEmail());
        expect(await statuses(ask, some)).toEqual(new Set([expected]));
        expect(await statuses(ask, unknown)).toEqual(new Set([expected]));
        gateway.clock.advance(61);
        for (const [index, email] of some.slice(0, 4).entries()) {
          expect([await ask(email), await ask(unknown[index] ?? '')]).toEqual([expected, expected]);
        }
      }
    };
    // The breaker opens and half-opens meanwhile.
    await expectSame(duringOutage);
    isBad = false;
    await eventually(async () => expect(await health(gateway)).toBe('up'), 20_000);
    await eventually(async () => expect(await signUp(gateway)).toBe('QUEUED'));
    await expectSame('QUEUED', ['reset']);
  });
});

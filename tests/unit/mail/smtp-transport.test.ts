import { type AddressInfo, connect, createServer, type Server } from 'node:net';
import { SMTPServer, type SMTPServerOptions } from 'smtp-server';
import { afterEach, describe, expect, test } from 'vitest';
import { MailError } from '../../../src/mail/mail-error.js';
import type { MailTransport } from '../../../src/mail/outgoing-mail.js';
import { renderMail } from '../../../src/mail/render.js';
import { createTransport } from '../../../src/mail/transport.js';
import { hostileRecipients } from './hostile-recipients.js';
import { outgoing, rejection } from './outgoing.js';
import { cases, sampleOf } from './samples.js';

interface Received {
  from: string;
  to: string[];
  message: string;
}

const closing: (() => Promise<unknown>)[] = [];
afterEach(async () => {
  for (const close of closing.splice(0).reverse()) await close();
});

function refuse(responseCode: number) {
  return Object.assign(new Error('refused secret-hint'), { responseCode });
}

async function smtpServer(options: SMTPServerOptions = {}) {
  const received: Received[] = [];
  const server = new SMTPServer({
    authOptional: true,
    disabledCommands: options.onAuth ? ['STARTTLS'] : ['STARTTLS', 'AUTH'],
    allowInsecureAuth: true,
    onData(stream, session, callback) {
      const chunks: Buffer[] = [];
      stream.on('data', (chunk: Buffer) => chunks.push(chunk));
      stream.on('end', () => {
        const { mailFrom, rcptTo } = session.envelope;
        const message = Buffer.concat(chunks).toString('utf8');
        received.push({ from: mailFrom ? mailFrom.address : '', to: rcptTo.map((one) => one.address), message });
        callback();
      });
    },
    ...options,
  });
  server.on('error', () => undefined);
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  closing.push(() => new Promise<void>((resolve) => server.close(resolve)));
  return { received, port: (server.server.address() as AddressInfo).port };
}

async function tcpServer(server: Server): Promise<number> {
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  closing.push(() => new Promise((resolve) => server.close(resolve)));
  return (server.address() as AddressInfo).port;
}

function transportTo(
  port: number,
  credentials = '',
  nodeEnv = 'test',
  query = '',
  mailFrom = 'Gatehouse <no-reply@gate.example>',
): MailTransport {
  const transport = createTransport({
    smtpUrl: `smtp://${credentials}127.0.0.1:${port}${query}`,
    mailFrom,
    dataDir: '/nonexistent',
    nodeEnv,
  });
  closing.push(() => transport.close());
  return transport;
}

describe('a mail over SMTP', () => {
  test('reaches its one recipient with headers that stop automatic answers', async () => {
    const { received, port } = await smtpServer();
    const mail = outgoing({ to: 'Robin+tag@example.com' });
    await transportTo(port).send(mail);
    expect(received).toHaveLength(1);
    const [{ from, to, message } = { from: '', to: [], message: '' }] = received;
    expect({ from, to }).toEqual({ from: 'no-reply@gate.example', to: ['Robin+tag@example.com'] });
    expect(message).toMatch(/^From: Gatehouse <no-reply@gate\.example>\r$/m);
    expect(message).toMatch(/^To: Robin\+tag@example\.com\r$/m);
    expect(message).toContain(`\r\nMessage-ID: <${mail.id}@gate.example>\r\n`);
    expect(message).toMatch(/^Auto-Submitted: auto-generated\r$/m);
    expect(message).toMatch(/^X-Auto-Response-Suppress: All\r$/m);
    expect(message).toContain('Your code is 482913.');
    expect(message).toContain('<b>482913</b>');
  });

  test.each([
    ['"Acme, Inc. (Berlin): Shop" <a@x.example>', '"Acme, Inc. (Berlin): Shop" <a@x.example>'],
    ['"The \\"Best\\" Shop" <a@x.example>', '"The \\"Best\\" Shop" <a@x.example>'],
    ['Müller & Söhne <a@x.example>', '=?UTF-8?Q?M=C3=BCller_=26_S=C3=B6hne?= <a@x.example>'],
    ["O'Neil <post@bücher.example>", '"O\'Neil" <post@xn--bcher-kva.example>'],
  ])('from %s has that name in its header, and one sender', async (mailFrom, header) => {
    const { received, port } = await smtpServer();
    await transportTo(port, '', 'test', '', mailFrom).send(outgoing({ to: 'robin@example.com' }));
    // The server of the test shows domains in Unicode.
    expect(received[0]?.from).toBe(/<(.*)>$/.exec(mailFrom)?.[1]);
    expect(received[0]?.message).toContain(`From: ${header}\r\n`);
  });

  test('leaves production only over TLS, unless the operator writes otherwise', async () => {
    const { received, port } = await smtpServer();
    const mail = outgoing({ to: 'robin@example.com' });
    await expect(transportTo(port, '', 'production').send(mail)).rejects.toThrow();
    expect(received).toEqual([]);
    await transportTo(port, '', 'production', '?requireTLS=false').send(mail);
    expect(received).toHaveLength(1);
  });

  test.each(cases)('$name in $locale is one well-formed message', async ({ name, locale }) => {
    const { received, port } = await smtpServer();
    const rendered = renderMail(name, locale, sampleOf(name));
    const mail = outgoing({ ...rendered, mail: name });
    await transportTo(port).send(mail);
    const [head = '', ...rest] = (received[0]?.message ?? '').split('\r\n\r\n');
    const headers = head.replace(/\r\n[ \t]+/g, ' ').split('\r\n');
    expect(headers.map((line) => line.split(':')[0]).sort()).toEqual([
      'Auto-Submitted',
      'Content-Type',
      'Date',
      'From',
      'MIME-Version',
      'Message-ID',
      'Subject',
      'To',
      'X-Auto-Response-Suppress',
    ]);
    expect(headers).toContain('Auto-Submitted: auto-generated');
    expect(headers).toContain(`Message-ID: <${mail.id}@gate.example>`);
    expect(headers.find((line) => line.startsWith('Content-Type:'))).toContain('multipart/alternative');
    expect(rest.join('').match(/^Content-Type: text\/(?:plain|html); charset=utf-8\r$/gm)).toHaveLength(2);
    // RFC 5321 4.5.3.1.6, and no 8-bit text for a server that never offered it.
    expect(Math.max(...(received[0]?.message ?? '').split('\r\n').map((line) => line.length))).toBeLessThan(999);
    expect(received[0]?.message).toMatch(/^[\x20-\x7e\r\n\t]*$/);
  });

  test('has the same Message-ID when it is tried again', async () => {
    const { received, port } = await smtpServer();
    const mail = outgoing();
    await transportTo(port).send(mail);
    await transportTo(port).send({ ...mail, sentAt: new Date(mail.sentAt.getTime() + 60_000) });
    const ids = received.map(({ message }) => /^Message-ID: (.*)\r$/m.exec(message)?.[1]);
    expect(ids).toEqual([`<${mail.id}@gate.example>`, `<${mail.id}@gate.example>`]);
  });

  test('uses the pool for many mails', async () => {
    const { received, port } = await smtpServer();
    const transport = transportTo(port);
    await Promise.all(
      Array.from({ length: 30 }, (_, index) => transport.send(outgoing({ to: `r${index}@example.com` }))),
    );
    expect(new Set(received.map(({ to }) => to.join()))).toHaveLength(30);
  });

  test('a subject with line breaks adds no header', async () => {
    const { received, port } = await smtpServer();
    await transportTo(port).send(outgoing({ subject: 'Hello\r\nBcc: other@evil.example\r\n\r\nbody' }));
    expect(received[0]?.to).toEqual(['robin@example.com']);
    expect(received[0]?.message).not.toMatch(/^Bcc:/im);
  });

  test('a file or a web address is never read into a mail', async () => {
    const { received, port } = await smtpServer();
    const html = { path: '/etc/hostname' } as unknown as string;
    expect(await rejection(transportTo(port).send(outgoing({ html })))).toBeInstanceOf(MailError);
    expect(received).toHaveLength(0);
  });

  test.each(hostileRecipients.map((to) => [JSON.stringify(to), to]))('nothing is sent to %s', async (_, to) => {
    const { received, port } = await smtpServer();
    expect(await rejection(transportTo(port).send(outgoing({ to })))).toMatchObject({ kind: 'permanent' });
    expect(received).toHaveLength(0);
  });

  test('an id that could leave its header or folder is refused', async () => {
    const { port } = await smtpServer();
    const error = await rejection(transportTo(port).send(outgoing({ id: '../x>\r\nBcc: a@b' })));
    expect(error).toMatchObject({ kind: 'permanent', message: 'the id of the email is not a plain name' });
  });
});

describe('what the server answers', () => {
  test.each([
    ['onRcptTo', 450, 'temporary', 'the mail server does not accept the recipient now (450)'],
    ['onRcptTo', 550, 'permanent', 'the mail server rejected the recipient (550)'],
    ['onMailFrom', 451, 'temporary', 'the mail server does not accept the sender now (451)'],
    ['onMailFrom', 553, 'permanent', 'the mail server rejected the sender (553)'],
    ['onMailFrom', 530, 'unreachable', 'the mail server requires a sign-in (530)'],
    ['onMailFrom', 503, 'temporary', 'the mail server does not accept the sender now (503)'],
  ] as const)('%s %s is %s', async (step, code, kind, message) => {
    const { port } = await smtpServer({
      [step]: (_: unknown, __: unknown, callback: (error: Error) => void) => callback(refuse(code)),
    });
    const error = await rejection(transportTo(port).send(outgoing()));
    expect(error).toBeInstanceOf(MailError);
    expect(error).toMatchObject({ kind, message, cause: { responseCode: code } });
  });

  test.each([
    [452, 'temporary', 'the mail server does not accept the message now (452)'],
    [554, 'permanent', 'the mail server rejected the message (554)'],
  ])('%s after the message is %s', async (code, kind, message) => {
    const { port } = await smtpServer({
      onData(stream, _, callback) {
        stream.resume().on('end', () => callback(refuse(code)));
      },
    });
    expect(await rejection(transportTo(port).send(outgoing()))).toMatchObject({ kind, message });
  });

  test('a refused sign-in is the operator’s to mend, and its error has no password', async () => {
    const { port } = await smtpServer({ onAuth: (_, __, callback) => callback(refuse(535)) });
    const error = await rejection(transportTo(port, 'gate:hunter-secret@').send(outgoing()));
    expect(error).toMatchObject({ kind: 'unreachable', message: 'the mail server rejected the sign-in (535)' });
    const cause = (error as MailError).cause as Error;
    expect(`${JSON.stringify(error)} ${JSON.stringify(cause)} ${String(cause)}`).not.toContain('hunter-secret');
  });

  test('in production a password never goes to a server without TLS', async () => {
    const seen: unknown[] = [];
    const { port } = await smtpServer({
      onAuth(auth, _, callback) {
        seen.push(auth);
        callback(null, { user: 'gate' });
      },
    });
    const error = await rejection(transportTo(port, 'gate:hunter-secret@', 'production').send(outgoing()));
    expect(error).toMatchObject({ kind: 'unreachable' });
    expect(seen).toHaveLength(0);
  });

  test('TLS from the first byte is verified unless a development setting says otherwise', async () => {
    const { port, received } = await smtpServer({ secure: true });
    const open = (query: string) => {
      const smtpUrl = `smtps://127.0.0.1:${port}${query}`;
      return createTransport({ smtpUrl, mailFrom: 'no-reply@gate.example', dataDir: '', nodeEnv: 'test' });
    };
    const strict = open('');
    expect(await strict.probe(1_000)).toBe('refuses');
    expect(await rejection(strict.send(outgoing()))).toMatchObject({ kind: 'unreachable' });
    const lax = open('?tls.rejectUnauthorized=false');
    expect(await lax.probe(1_000)).toBe('greets');
    await lax.send(outgoing());
    expect(received).toHaveLength(1);
    await Promise.all([strict.close(), lax.close()]);
  });

  test('a certificate that nobody vouches for is refused', async () => {
    const { port, received } = await smtpServer({ disabledCommands: ['AUTH'] });
    const error = await rejection(transportTo(port).send(outgoing()));
    expect(error).toMatchObject({
      kind: 'unreachable',
      message: expect.stringMatching(
        /^a verified TLS connection to the mail server could not be established \([A-Z_]+\)$/,
      ),
    });
    expect(received).toHaveLength(0);
  });
});

describe('a server that is away', () => {
  test('a port where nobody listens', async () => {
    const port = await tcpServer(createServer());
    await closing.pop()?.();
    const transport = transportTo(port);
    expect(await rejection(transport.send(outgoing()))).toMatchObject({ kind: 'unreachable' });
    expect(await transport.probe(500)).toBe('refuses');
  });

  test('a server that never greets', async () => {
    const port = await tcpServer(createServer((socket) => socket.on('error', () => undefined)));
    const transport = transportTo(port);
    const start = performance.now();
    expect(await transport.probe(200)).toBe('silent');
    expect(performance.now() - start).toBeLessThan(4_000);
    expect(await rejection(transport.send(outgoing()))).toMatchObject({
      kind: 'unreachable',
      message: 'the mail server did not answer in time (ETIMEDOUT)',
    });
    expect(performance.now() - start).toBeLessThan(8_000);
  });

  test.each([
    ['hangs up', ''],
    ['refuses', '554 no service\r\n'],
    ['is busy', '421 too many connections\r\n'],
    ['speaks another protocol', 'SSH-2.0-x\r\n'],
  ])('a server that %s', async (_, greeting) => {
    let connections = 0;
    const port = await tcpServer(
      createServer((socket) => {
        connections += 1;
        socket.on('error', () => undefined).end(greeting);
      }),
    );
    const transport = transportTo(port);
    expect(await transport.probe(500)).toBe('refuses');
    expect(await rejection(transport.send(outgoing()))).toMatchObject({ kind: 'unreachable' });
    expect(connections).toBe(2);
  });

  test('a server that greets is there', async () => {
    const { port } = await smtpServer();
    expect(await transportTo(port).probe(1_000)).toBe('greets');
  });

  test('a mail whose connection breaks after the message is not sent a second time by itself', async () => {
    let messages = 0;
    const { port } = await smtpServer({
      onData(stream) {
        messages += 1;
        stream.resume().on('end', () => {
          for (const socket of sockets) socket.destroy();
        });
      },
    });
    const sockets: { destroy(): void }[] = [];
    const relay = createServer((client) => {
      const upstream = connect(port, '127.0.0.1');
      for (const socket of [client, upstream]) sockets.push(socket.on('error', () => undefined));
      client.pipe(upstream).pipe(client);
    });
    const error = await rejection(transportTo(await tcpServer(relay)).send(outgoing()));
    expect(error).toMatchObject({ kind: 'unreachable' });
    expect(messages).toBe(1);
  });
});

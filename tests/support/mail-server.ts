import { setTimeout as sleep } from 'node:timers/promises';
import { SMTPServer } from 'smtp-server';
import { whenFinished } from './cleanup.js';
import { freePort } from './ports.js';

/** A mail as it reached the server. */
export interface ReceivedMail {
  to: string[];
  /** The message itself, soft line breaks undone. */
  text: string;
  /** What the server answered: 250, or the code that refused it. */
  answer: number;
  /** When it came, by the test's ticks. */
  at: number;
}

/** An SMTP server whose mood a test sets. */
export interface MailServer {
  url: string;
  port: number;
  /** Every message that came in whole, the refused ones too. */
  received: ReceivedMail[];
  /** What it answers to a message: 250, or a refusal. */
  answer: number;
  /** While set, a message gets no answer before it resolves. */
  hold: Promise<void> | undefined;
  /** The mails that it took, to one address or to all. */
  taken(to?: string): ReceivedMail[];
  /** Waits until it took that many mails. */
  waitFor(count: number, options?: { to?: string; milliseconds?: number }): Promise<ReceivedMail[]>;
  start(): Promise<void>;
  stop(): Promise<void>;
}

function readable(raw: string): string {
  return raw
    .replaceAll('=\r\n', '')
    .replace(/=([0-9A-F]{2})/g, (_match, hex: string) => String.fromCharCode(Number.parseInt(hex, 16)));
}

function build(state: MailServer): SMTPServer {
  return new SMTPServer({
    authOptional: true,
    disabledCommands: ['STARTTLS', 'AUTH'],
    logger: false,
    closeTimeout: 100,
    onData(stream, session, done) {
      const chunks: Buffer[] = [];
      stream.on('data', (chunk: Buffer) => chunks.push(chunk));
      stream.on('end', async () => {
        const { answer } = state;
        const to = session.envelope.rcptTo.map(({ address }) => address);
        state.received.push({ to, text: readable(Buffer.concat(chunks).toString()), answer, at: performance.now() });
        await state.hold;
        if (answer === 250) done();
        else done(Object.assign(new Error('not now'), { responseCode: answer }));
      });
    },
  });
}

/** Starts a mail server on a port of its own, which it keeps when it is stopped and started again. */
export async function mailServer({ started = true } = {}): Promise<MailServer> {
  const port = await freePort();
  let server: SMTPServer | undefined;
  const state: MailServer = {
    url: `smtp://127.0.0.1:${port}`,
    port,
    received: [],
    answer: 250,
    hold: undefined,
    taken: (to) => state.received.filter((mail) => mail.answer === 250 && (to === undefined || mail.to.includes(to))),
    async waitFor(count, { to, milliseconds = 20_000 } = {}) {
      const until = Date.now() + milliseconds;
      while (state.taken(to).length < count) {
        if (Date.now() > until) throw new Error(`${state.taken(to).length} of ${count} mails came in time.`);
        await sleep(25);
      }
      return state.taken(to);
    },
    async start() {
      const next = build(state);
      next.on('error', () => undefined);
      await new Promise<void>((resolve) => next.listen(port, '127.0.0.1', resolve));
      server = next;
    },
    async stop() {
      const last = server;
      server = undefined;
      if (last !== undefined) await new Promise<void>((resolve) => last.close(resolve));
    },
  };
  if (started) await state.start();
  whenFinished(() => state.stop());
  return state;
}

/** The code that a mail shows. */
export function codeIn(text: string): string {
  const code = /\b\d{6}\b/.exec(text.slice(text.indexOf('text/plain')))?.[0];
  if (code === undefined) throw new Error(`No code in: ${text}`);
  return code;
}

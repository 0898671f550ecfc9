import { randomBytes } from 'node:crypto';
import { link, mkdir, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import nodemailer, { type SentMessageInfo, type Transport } from 'nodemailer';
import type { Sender } from '../lib/mail-sender.js';
import type { CapturedMail } from './captured-mail.js';
import { MailError } from './mail-error.js';
import { fileNameOf, idFolder, idOf, mailFolder } from './mail-folder.js';
import type { Compose, MailTransport, OutgoingMail } from './outgoing-mail.js';

const KEPT_MAILS = 2000;
const CAPTURES_BETWEEN_PRUNINGS = 100;

// Composes emails as for a server, so that an email which cannot be sent fails here too.
const composer: Transport<SentMessageInfo> = {
  name: 'capture',
  version: '1',
  send(mail, callback) {
    mail.message.build((error) => {
      if (error) callback(error);
      else callback(null, { envelope: mail.message.getEnvelope(), messageId: mail.message.messageId() });
    });
  },
};

async function linkOnce(from: string, to: string): Promise<void> {
  try {
    await link(from, to);
  } catch (error) {
    if (!(error instanceof Error && 'code' in error && error.code === 'EEXIST')) throw error;
  }
}

// The first complete file of an id wins and is then linked into the mailbox by every writer. After a crash between the two
// links, the next attempt for the same email finishes the work.
async function keep(dataDir: string, mail: CapturedMail): Promise<void> {
  await mkdir(idFolder(dataDir), { recursive: true, mode: 0o700 });
  const draft = join(idFolder(dataDir), `.${mail.id}.${randomBytes(4).toString('hex')}`);
  const byId = join(idFolder(dataDir), mail.id);
  try {
    await writeFile(draft, `${JSON.stringify(mail, null, 2)}\n`, { mode: 0o600, flag: 'wx' });
    await linkOnce(draft, byId);
  } finally {
    await rm(draft, { force: true });
  }
  const kept = JSON.parse(await readFile(byId, 'utf8')) as CapturedMail;
  await linkOnce(byId, join(mailFolder(dataDir), fileNameOf(new Date(kept.sentAt), mail.id)));
}

async function prune(dataDir: string): Promise<void> {
  const names = (await readdir(mailFolder(dataDir))).filter((name) => idOf(name) !== undefined).sort();
  for (const name of names.slice(0, Math.max(0, names.length - KEPT_MAILS))) {
    await rm(join(mailFolder(dataDir), name), { force: true });
    await rm(join(idFolder(dataDir), idOf(name) ?? name), { force: true });
  }
}

function capturedMail(mail: OutgoingMail, sender: Sender, info: SentMessageInfo): CapturedMail {
  const [recipient] = info.envelope.to;
  if (info.envelope.to.length !== 1 || recipient === undefined) {
    throw new MailError('permanent', 'the email does not have exactly one recipient');
  }
  const from = sender.name === '' ? sender.address : `${sender.name} <${sender.address}>`;
  const { id, subject, text, html, code, link, mail: name } = mail;
  return { id, to: recipient, from, subject, text, html, code, link, mail: name, sentAt: mail.sentAt.toISOString() };
}

/** Stores emails as files in DATA_DIR/mail instead of sending them. Each id is stored once, even by concurrent writers. */
export function createCaptureTransport(options: { dataDir: string; sender: Sender; compose: Compose }): MailTransport {
  const { dataDir, sender, compose } = options;
  const transporter = nodemailer.createTransport(composer);
  let captures = 0;
  return {
    async send(mail) {
      const message = compose(mail);
      try {
        await keep(dataDir, capturedMail(mail, sender, await transporter.sendMail(message)));
        if (captures % CAPTURES_BETWEEN_PRUNINGS === 0) await prune(dataDir);
        captures += 1;
      } catch (cause) {
        if (cause instanceof MailError) throw cause;
        throw new MailError('temporary', 'the email could not be stored in the mailbox', { cause });
      }
    },
    probe: async () => 'greets',
    check: async () => undefined,
    close: async () => transporter.close(),
  };
}

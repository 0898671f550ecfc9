import { mkdtemp, readdir, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { createMailbox } from '../../../src/mail/mailbox.js';
import { createTransport } from '../../../src/mail/transport.js';
import { hostileRecipients } from './hostile-recipients.js';
import { outgoing, rejection } from './outgoing.js';

let dataDir: string;
beforeEach(async () => {
  dataDir = await mkdtemp(join(tmpdir(), 'gatehouse-mail-'));
});
afterEach(() => rm(dataDir, { recursive: true }));

const transportIn = (folder: string) =>
  createTransport({ mailFrom: 'Gatehouse <no-reply@localhost>', dataDir: folder, nodeEnv: 'development' });
const files = async () => (await readdir(join(dataDir, 'mail'))).filter((name) => name.endsWith('.json'));

describe('the mailbox', () => {
  test('shows what was sent, the newest first', async () => {
    const transport = transportIn(dataDir);
    const old = outgoing();
    const fresh = outgoing({ sentAt: new Date('2026-11-21T10:00:01Z'), code: null, link: null, mail: 'session-reuse' });
    await transport.send(fresh);
    await transport.send(old);
    const mailbox = createMailbox(dataDir);
    const shown = { from: 'Gatehouse <no-reply@localhost>', sentAt: '2026-11-21T10:00:00.000Z' };
    expect(await mailbox.list()).toEqual([
      { ...fresh, ...shown, sentAt: '2026-11-21T10:00:01.000Z' },
      { ...old, ...shown },
    ]);
    expect(await mailbox.list()).toHaveLength(2);
    expect(await transport.probe(10)).toBe('greets');
    await transport.close();
  });

  test('keeps mails readable by nobody else', async () => {
    const mail = outgoing();
    await transportIn(dataDir).send(mail);
    expect(await files()).toEqual([`001795255200000-${mail.id}.json`]);
    expect((await stat(join(dataDir, 'mail', (await files())[0] ?? ''))).mode & 0o777).toBe(0o600);
    expect((await stat(join(dataDir, 'mail'))).mode & 0o777).toBe(0o700);
    expect(await readdir(join(dataDir, 'mail', '.ids'))).toEqual([mail.id]);
  });

  test('keeps the same id once, by whichever process and at whichever time it is sent again', async () => {
    const mail = outgoing();
    const again = { ...mail, sentAt: new Date('2026-11-21T10:05:00Z') };
    const transports = [transportIn(dataDir), transportIn(dataDir)];
    await Promise.all(Array.from({ length: 16 }, (_, index) => transports[index % 2]?.send(index % 3 ? mail : again)));
    await transports[0]?.send({ ...again, subject: 'changed' });
    expect(await files()).toHaveLength(1);
    expect(await createMailbox(dataDir).list()).toMatchObject([{ id: mail.id, subject: mail.subject }]);
  });

  test('is empty before the first mail, and leaves out what it can not read', async () => {
    const mailbox = createMailbox(dataDir);
    expect(await mailbox.list()).toEqual([]);
    const mail = outgoing();
    await transportIn(dataDir).send(mail);
    for (const [name, content] of [
      ['001795255200001-half.json', '{"id":"ha'],
      ['001795255200002-foreign.json', '{"id":1}'],
      ['notes.txt', 'x'],
    ] as const) {
      await writeFile(join(dataDir, 'mail', name), content);
    }
    expect(await mailbox.list()).toMatchObject([{ id: mail.id }]);
  });

  test('lists the newest 1000 and keeps the newest 2000', async () => {
    const transport = transportIn(dataDir);
    await transport.send(outgoing());
    const sentAt = '2026-11-20T00:00:00.000Z';
    const { from: _, ...mail } = { ...outgoing(), from: '', sentAt };
    const padded = (index: number) => String(Date.parse(sentAt) + index).padStart(15, '0');
    await Promise.all(
      Array.from({ length: 2100 }, (_, index) =>
        writeFile(
          join(dataDir, 'mail', `${padded(index)}-m${index}.json`),
          JSON.stringify({ ...mail, from: 'a@b', id: `m${index}` }),
        ),
      ),
    );
    const listed = await createMailbox(dataDir).list();
    expect(listed).toHaveLength(1000);
    expect(listed[1]?.id).toBe('m2099');
    await transportIn(dataDir).send(outgoing());
    expect(await files()).toHaveLength(2000);
    expect(await files()).not.toContain(`${padded(0)}-m0.json`);
  });

  test.each(hostileRecipients.map((to) => [JSON.stringify(to), to]))('keeps no mail to %s', async (_, to) => {
    expect(await rejection(transportIn(dataDir).send(outgoing({ to })))).toMatchObject({ kind: 'permanent' });
    expect(await createMailbox(dataDir).list()).toEqual([]);
  });

  test('a folder that can not be written asks to try again later', async () => {
    await writeFile(join(dataDir, 'mail'), 'a file in the way');
    const error = await rejection(transportIn(dataDir).send(outgoing()));
    expect(error).toMatchObject({ kind: 'temporary', message: 'the email could not be stored in the mailbox' });
  });

  test('does not stand in for a mail server in production', () => {
    expect(() => createTransport({ mailFrom: 'a@b', dataDir, nodeEnv: 'production' })).toThrow(
      'SMTP_URL is required in production',
    );
  });
});

import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { z } from 'zod';
import type { CapturedMail } from './captured-mail.js';
import { idOf, mailFolder } from './mail-folder.js';

const LONGEST_LIST = 1000;

const schema: z.ZodType<CapturedMail> = z.object({
  id: z.string(),
  to: z.string(),
  from: z.string(),
  subject: z.string(),
  text: z.string(),
  html: z.string(),
  code: z.string().nullable(),
  link: z.string().nullable(),
  mail: z.string(),
  sentAt: z.iso.datetime(),
});

/** Reads captured emails. */
export interface Mailbox {
  /** The newest emails, at most 1000, newest first. Empty if none was captured. */
  list(): Promise<CapturedMail[]>;
}

// Skips files that are gone, incomplete or foreign, so that the other emails are still listed.
async function readMail(path: string): Promise<CapturedMail | undefined> {
  try {
    return schema.parse(JSON.parse(await readFile(path, 'utf8')));
  } catch {
    return undefined;
  }
}

/** The mailbox under DATA_DIR. Captured emails never change, so each file is read once. */
export function createMailbox(dataDir: string): Mailbox {
  const folder = mailFolder(dataDir);
  let known = new Map<string, CapturedMail>();
  return {
    async list() {
      const names = await readdir(folder).catch(() => []);
      const newest = names
        .filter((name) => idOf(name) !== undefined)
        .sort()
        .reverse()
        .slice(0, LONGEST_LIST);
      const read = new Map<string, CapturedMail>();
      for (const name of newest) {
        const mail = known.get(name) ?? (await readMail(join(folder, name)));
        if (mail !== undefined) read.set(name, mail);
      }
      known = read;
      return [...read.values()];
    },
  };
}

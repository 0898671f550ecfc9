import { join } from 'node:path';

const FILE_NAME = /^\d{15}-([\w-]{1,128})\.json$/;

/** The folder of captured mails under DATA_DIR. */
export function mailFolder(dataDir: string): string {
  return join(dataDir, 'mail');
}

/** The folder that holds each captured mail a second time under its bare id, so that an id is taken only once. */
export function idFolder(dataDir: string): string {
  return join(mailFolder(dataDir), '.ids');
}

/** The name of a captured mail's file; the names sort by time. */
export function fileNameOf(sentAt: Date, id: string): string {
  return `${String(sentAt.getTime()).padStart(15, '0')}-${id}.json`;
}

/** The id in a file name of ours; undefined for any other file. */
export function idOf(fileName: string): string | undefined {
  return FILE_NAME.exec(fileName)?.[1];
}

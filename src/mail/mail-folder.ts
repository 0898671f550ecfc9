import { join } from 'node:path';

const FILE_NAME = /^\d{15}-([\w-]{1,128})\.json$/;

/** The folder of captured mails under DATA_DIR. */
export function mailFolder(dataDir: string): string {
  return join(dataDir, 'mail');
}

/** The folder with a second link to each captured email under its bare id, so that an id is used only once. */
export function idFolder(dataDir: string): string {
  return join(mailFolder(dataDir), '.ids');
}

/** The file name of a captured email. File names sort by time. */
export function fileNameOf(sentAt: Date, id: string): string {
  return `${String(sentAt.getTime()).padStart(15, '0')}-${id}.json`;
}

/** The id in the file name of a captured email, or undefined for any other file. */
export function idOf(fileName: string): string | undefined {
  return FILE_NAME.exec(fileName)?.[1];
}

import { createInterface } from 'node:readline/promises';
import { Writable } from 'node:stream';

/** Reads a password from the terminal without echo, or the first line of a pipe. */
export async function readPassword(question: string): Promise<string> {
  const { stdin, stdout } = process;
  const silent = new Writable({ write: (_chunk, _encoding, done) => done() });
  const lines = createInterface({ input: stdin, output: silent, terminal: stdin.isTTY });
  if (stdin.isTTY) stdout.write(question);
  try {
    const { value } = await lines[Symbol.asyncIterator]().next();
    if (stdin.isTTY) stdout.write('\n');
    return typeof value === 'string' ? value : '';
  } finally {
    lines.close();
  }
}

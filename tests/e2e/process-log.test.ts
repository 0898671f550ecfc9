import { execFile } from 'node:child_process';
import { pathToFileURL } from 'node:url';
import { expect, it } from 'vitest';

const logger = pathToFileURL('dist/lib/logger.js').href;

/** Runs a script with a logger to standard output, and returns the messages that it wrote. */
async function messagesOf(script: string): Promise<string[]> {
  const source = `import { createLogger, logDestination } from '${logger}';
    const logger = createLogger('info', logDestination('json'));
    ${script}`;
  const text = await new Promise<string>((resolve) => {
    execFile(process.execPath, ['--input-type=module', '-e', source], (_cause, stdout) => resolve(stdout));
  });
  return text
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => (JSON.parse(line) as { msg: string }).msg);
}

const many = Array.from({ length: 200 }, (_, index) => `line ${index}`);
const logMany = "for (let index = 0; index < 200; index += 1) logger.info('line ' + index);";

it.each([
  ['the process exits', 'process.exit(3);'],
  ['nothing is left to do', ''],
  ['an error is not caught', "throw new Error('a bug');"],
  ['a rejection is not caught', "await Promise.reject(new Error('a bug'));"],
])('no line is lost when %s', async (_when, end) => {
  expect(await messagesOf(`${logMany} ${end}`)).toEqual(many);
});

it('a warning is written at once, with the lines before it', async () => {
  // While the thread is blocked, no timer runs.
  const script = `logger.info('one'); logger.warn('two');
    Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 2_000);
    process.kill(process.pid, 'SIGKILL');`;
  expect(await messagesOf(script)).toEqual(['one', 'two']);
});

it('lines are written within a moment while the process has other work', async () => {
  const script = "logger.info('one'); setTimeout(() => process.kill(process.pid, 'SIGKILL'), 1_000);";
  expect(await messagesOf(script)).toEqual(['one']);
});

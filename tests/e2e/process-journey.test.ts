import { execFile } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { promisify } from 'node:util';
import { expect, it } from 'vitest';
import { fencedBlocks } from '../support/fenced-blocks.js';
import { dataDirectory, startProcess } from '../support/process.js';

const run = promisify(execFile);

/** The blocks of the README from the first one of the journey to the lost password, as a reader pastes them. */
function readmeJourney(url: string): string {
  const [, journey = ''] =
    /^## The journey$(.*?)^## How it fits together$/ms.exec(readFileSync('README.md', 'utf8')) ?? [];
  const blocks = fencedBlocks(journey).filter(({ language }) => language === 'bash');
  return blocks.map(({ text }) => text.replace('http://localhost:4000', url)).join('\n');
}

const TYPES = /"__typename":"(\w+)"/g;
const EVERY_STEP = [
  'SignupAccepted',
  'EmailVerified',
  'LoginSuccess',
  'LoginSuccess',
  'RefreshSuccess',
  'SessionsRevoked',
  'LogoutSuccess',
];

it('D5: the journey of the README and `npm run journey` work, and work again', async () => {
  // As a newcomer has it: limits as they are by default, and mail in the mailbox.
  const env = { NODE_ENV: 'development', RATE_LIMITS: '', LOG_LEVEL: 'warn' };
  const gateway = await startProcess({ dataDir: dataDirectory('prepared'), env });
  await gateway.ready();
  const typesOf = ({ stdout }: { stdout: string }) => [...stdout.matchAll(TYPES)].map(([, type]) => type);
  const script = readmeJourney(gateway.url);
  for (let time = 0; time < 2; time += 1) {
    const pasted = await run('bash', ['-eu', '-c', script]);
    expect(typesOf(pasted)).toEqual([...EVERY_STEP, 'MailAccepted', 'PasswordResetSuccess']);
    expect(typesOf(await run('npm', ['run', 'journey', '--', gateway.url]))).toEqual(EVERY_STEP);
  }
  expect(await gateway.stop()).toBe(0);
});

it('D5: `npm run journey` says what to do where no gateway runs', async () => {
  const failed = run('npm', ['run', 'journey', '--', 'http://127.0.0.1:9']);
  await expect(failed).rejects.toMatchObject({ code: 1, stderr: expect.stringContaining('npm start') });
});

import { randomBytes } from 'node:crypto';
import { expect, it } from 'vitest';
import { ResetPasswordDocument } from '../generated/operations.js';
import { expectType, PASSWORD } from '../support/journey.js';
import { dataDirectory, startProcess } from '../support/process.js';
import { login, mailsAreOut, twoProcesses } from '../support/two-processes.js';

const ADMIN = 'boss@example.com';

/** The token of the link in a mail. */
function tokenIn(text: string): string {
  const token = /reset-password#token=([\w-]+)/.exec(text.replaceAll('=\r\n', ''))?.[1];
  if (token === undefined) throw new Error(`No link in: ${text}`);
  return token;
}

it('two servers that start together invite the first admin by one email, and a third one does not again', async () => {
  const settings = { ADMIN_EMAIL: ' Boss@Example.com ', SECRET_KEY: randomBytes(32).toString('base64url') };

  const parts = await twoProcesses(settings);

  await mailsAreOut(parts);
  const [mail] = parts.server.taken(ADMIN);
  expect(parts.server.taken()).toHaveLength(1);
  const resetToken = tokenIn(mail?.text ?? '');
  const input = { input: { resetToken, newPassword: PASSWORD } };
  expectType((await parts.other.ask(ResetPasswordDocument, input)).data.resetPassword, 'PasswordResetSuccess');
  expect(expectType(await login(parts.one, ADMIN), 'LoginSuccess').user.role).toBe('admin');
  for (const { output } of parts.both) expect(output()).not.toMatch(new RegExp(`${ADMIN}|${resetToken}`, 'i'));

  const env = { DATABASE_URL: parts.databaseUrl, REDIS_URL: parts.redisUrl, SMTP_URL: parts.server.url, ...settings };
  const third = await startProcess({ dataDir: dataDirectory(), env });
  await third.ready();
  expect(await parts.rows("SELECT id FROM outbox_messages WHERE mail = 'invitation'")).toHaveLength(1);
}, 180_000);

import { randomBytes } from 'node:crypto';
import { expect, it } from 'vitest';
import { LoginDocument, MeDocument, ResetPasswordDocument, SignupDocument } from '../generated/operations.js';
import { eventually } from '../support/eventually.js';
import { expectType, newEmail, PASSWORD } from '../support/journey.js';
import { NEW_PASSWORD } from '../support/passwords.js';
import { type ChildGateway, dataDirectory, sharedSettings, startProcess } from '../support/process.js';
import { account, login, type TwoProcesses, tokensOf, twoProcesses } from '../support/two-processes.js';

/** The processes and the commands know the names of counters by the same secret. */
const SECRET = { SECRET_KEY: randomBytes(48).toString('base64') };

/** Runs commands against the database of the processes. */
function commandLine({ databaseUrl, redisUrl, server }: TwoProcesses) {
  const env = { ...sharedSettings(databaseUrl), ...SECRET, REDIS_URL: redisUrl, SMTP_URL: server.url };
  return async (...words: string[]) => {
    const child = await startProcess({ entry: 'cli/gatehouse', dataDir: dataDirectory(), env, words });
    const code = await child.ended();
    return { code, said: (child.stdout() || child.stderr()).trim() };
  };
}

async function lock(gateway: ChildGateway, email: string): Promise<void> {
  let answer = await login(gateway, email, 'Wrong-Horse-7-Staple');
  while (answer.__typename !== 'AccountLockedProblem') answer = await login(gateway, email, 'Wrong-Horse-7-Staple');
}

const refused = async (gateway: ChildGateway, token: string) =>
  await eventually(async () => {
    const { errors } = await gateway.ask(MeDocument, {}, { token });
    expect(errors?.[0]?.extensions.code).toBe('UNAUTHENTICATED');
  }, 5_000);

it('an ordinary day at the command line, beside a gateway that runs', async () => {
  const parts = await twoProcesses(SECRET);
  const gatehouse = commandLine(parts);
  const [bob, eve, unverified] = [await account(parts), await account(parts), newEmail()];
  await parts.one.ask(SignupDocument, { input: { email: unverified, password: PASSWORD } });

  // Find a person by part of an address, and learn why they cannot sign in.
  await lock(parts.one, bob.email);
  const part = bob.email.slice(3, 16);
  const [found, locked, waiting] = await Promise.all([
    gatehouse('users', 'list', '--text', part),
    gatehouse('users', 'show', bob.email),
    gatehouse('users', 'show', unverified),
  ]);
  expect(found).toMatchObject({ code: 0, said: expect.stringContaining(`${bob.email}  user  LOCKED`) });
  expect(locked.said).toMatch(/^cannot sign in: +Sign-in with this address or username is locked/m);
  expect(locked.said).toContain(`gatehouse users unlock ${bob.email}`);
  expect(waiting.said).toMatch(/^cannot sign in: +The address is not verified yet\.$/m);

  // Let him in again.
  expect(await gatehouse('users', 'unlock', bob.email)).toMatchObject({ code: 0 });
  expectType(await login(parts.other, bob.email), 'LoginSuccess');
  const shown = await gatehouse('--json', 'users', 'show', bob.email);
  expect(JSON.parse(shown.said)).toMatchObject({ ok: true, user: { state: 'ACTIVE' }, obstacle: null });

  // Somebody has her account.
  const stolen = await tokensOf(parts.one, eve.email);
  const ended = await gatehouse('users', 'end-sessions', eve.email);
  expect(ended.said).toBe(`${eve.email}: 1 session ended.`);
  await refused(parts.other, stolen.token);
  const again = await tokensOf(parts.one, eve.email);
  expect(await gatehouse('users', 'disable', eve.email)).toMatchObject({ code: 0 });
  await refused(parts.other, again.token);
  expectType(await login(parts.other, eve.email), 'AccountDisabledProblem');
  expect((await gatehouse('users', 'show', eve.email)).said).toContain(`gatehouse users enable ${eve.email}`);
  expect(await gatehouse('users', 'enable', eve.email)).toMatchObject({ code: 0 });
  expectType(await login(parts.one, eve.email), 'LoginSuccess');

  // What is broken, and whether email is delivered.
  const probe = newEmail();
  const [check, mail] = await Promise.all([gatehouse('check'), gatehouse('mail', 'test', probe)]);
  expect(check).toMatchObject({ code: 0, said: expect.stringMatching(/database/i) });
  expect(mail.code).toBe(0);
  expect(parts.server.taken(probe)).toHaveLength(1);

  // One person wants to be forgotten, another to come in.
  const guest = newEmail();
  const [removed, invited] = await Promise.all([
    gatehouse('users', 'delete', eve.email, '--yes'),
    gatehouse('users', 'invite', guest, '--name', 'Guest'),
  ]);
  expect(removed).toEqual({ code: 0, said: `${eve.email} is deleted.` });
  expect(invited.code).toBe(0);
  expect(await gatehouse('users', 'show', eve.email)).toMatchObject({ code: 1 });
  const [invitation] = await parts.server.waitFor(1, { to: guest, milliseconds: 30_000 });
  const resetToken = decodeURIComponent(/[?&#]token=([^\s"&>]+)/.exec(invitation?.text ?? '')?.[1] ?? '');
  const reset = await parts.one.ask(ResetPasswordDocument, { input: { resetToken, newPassword: NEW_PASSWORD } });
  expectType(reset.data.resetPassword, 'PasswordResetSuccess');
  const input = { identifier: guest, password: NEW_PASSWORD, tokenDelivery: 'BODY' as const };
  expectType((await parts.other.ask(LoginDocument, { input })).data.login, 'LoginSuccess');

  // Every act is in the audit log, by an operator.
  const acts = await parts.rows<{ type: string }>(
    "SELECT DISTINCT type FROM audit_events WHERE success AND metadata->>'by' = 'operator' ORDER BY type",
  );
  expect(acts.map(({ type }) => type)).toEqual([
    ...['ACCOUNT_DELETE', 'ACCOUNT_DISABLE', 'ACCOUNT_ENABLE', 'ACCOUNT_UNLOCK', 'MAIL_TEST', 'SESSION_REVOKE'],
    'USER_INVITE',
  ]);
}, 180_000);

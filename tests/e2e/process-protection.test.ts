import { expect, inject, it, onTestFinished } from 'vitest';
import {
  ChangePasswordDocument,
  CompleteTwoFactorDocument,
  ConfirmTotpDocument,
  EnrolTotpDocument,
  LoginDocument,
  MeDocument,
  ReauthenticateDocument,
  RefreshDocument,
  RequestPasswordResetDocument,
  ResetPasswordDocument,
  SignupDocument,
  VerifyEmailDocument,
  VerifyPasswordResetCodeDocument,
} from '../generated/operations.js';
import { databaseText, watchRedis } from '../support/all-data.js';
import { createTestDatabase } from '../support/database.js';
import { eventually } from '../support/eventually.js';
import { expectType, newEmail } from '../support/journey.js';
import { codeIn, type MailServer, mailServer } from '../support/mail-server.js';
import { type ChildGateway, dataDirectory, sharedSettings, startProcess } from '../support/process.js';
import { redisServer } from '../support/redis-server.js';
import { codeAt } from '../support/totp.js';

const FIRST = 'Canary-First-Quartz-71';
const SECOND = 'Canary-Second-Quartz-72';
const THIRD = 'Canary-Third-Quartz-73';
const WRONG = 'Canary-Wrong-Quartz-74';

interface Parts {
  one: ChildGateway;
  other: ChildGateway;
  server: MailServer;
  databaseUrl: string;
  redisUrl: string;
}

/** Two servers, each with its worker, over one database, one Redis and one mail server. */
async function twoProcesses(): Promise<Parts> {
  const [server, redis, database] = await Promise.all([mailServer(), redisServer(), createTestDatabase()]);
  onTestFinished(() => database.drop());
  const dataDir = dataDirectory();
  const env = { ...sharedSettings(database.url), REDIS_URL: redis.url, SMTP_URL: server.url, LOG_LEVEL: 'debug' };
  const [one, other] = await Promise.all([startProcess({ dataDir, env }), startProcess({ dataDir, env })]);
  await Promise.all([one.ready(), other.ready()]);
  return { one, other, server, databaseUrl: database.url, redisUrl: redis.url };
}

async function mailedCode({ server }: Parts, email: string, count: number): Promise<string> {
  return codeIn((await server.waitFor(count, { to: email })).at(-1)?.text ?? '');
}

async function account(parts: Parts): Promise<{ email: string; code: string }> {
  const email = newEmail();
  const signedUp = await parts.one.ask(SignupDocument, { input: { email, password: FIRST } });
  expectType(signedUp.data.signup, 'SignupAccepted');
  const code = await mailedCode(parts, email, 1);
  const verified = await parts.other.ask(VerifyEmailDocument, { input: { email, code } });
  expectType(verified.data.verifyEmail, 'EmailVerified');
  return { email, code };
}

const login = async (gateway: ChildGateway, identifier: string, password: string) =>
  (await gateway.ask(LoginDocument, { input: { identifier, password, tokenDelivery: 'BODY' } })).data.login;

async function tokensOf(gateway: ChildGateway, email: string, password: string) {
  const { tokens } = expectType(await login(gateway, email, password), 'LoginSuccess');
  return { token: tokens.accessToken, refreshToken: tokens.refreshToken ?? '' };
}

/** Whether a token is refused by a process within a second. */
async function refusedSoon(gateway: ChildGateway, token: string): Promise<void> {
  const from = performance.now();
  await eventually(async () => {
    const { errors } = await gateway.ask(MeDocument, {}, { token });
    expect(errors?.[0]?.extensions.code).toBe('UNAUTHENTICATED');
  });
  expect(performance.now() - from).toBeLessThan(1_000);
}

const names = (results: { __typename: string }[]) =>
  results.map(({ __typename }) => __typename).filter((name, index, all) => all.indexOf(name) === index);

/** The second factor from its beginning to a sign-in; what of it is secret. */
async function goesByTwoFactors({ one, other }: Parts, email: string): Promise<string[]> {
  const { token, refreshToken } = await tokensOf(one, email, FIRST);
  const { secret } = expectType((await other.ask(EnrolTotpDocument, {}, { token })).data.enrolTotp, 'TotpEnrolment');
  const now = Math.floor(Date.now() / 30_000);
  const first = codeAt(secret, now);
  const confirmed = await one.ask(ConfirmTotpDocument, { input: { code: first } }, { token });
  const { codes } = expectType(confirmed.data.confirmTotp, 'RecoveryCodes');

  const { challenge } = expectType(await login(other, email, FIRST), 'TwoFactorRequired');
  const second = codeAt(secret, now + 1);
  const tries = await Promise.all(
    [one, other, one, other].map((gateway) =>
      gateway.ask(CompleteTwoFactorDocument, { input: { challenge, code: second } }),
    ),
  );
  const opened = tries.filter(({ data }) => data.completeTwoFactor.__typename === 'LoginSuccess');
  expect(opened).toHaveLength(1);
  return [refreshToken, secret, first, second, challenge, ...codes];
}

/** A reset that is begun at one process and ended at the other; what of it is secret. */
async function resets(parts: Parts, email: string, mailsSoFar: number): Promise<string[]> {
  const { one, other } = parts;
  const asked = await one.ask(RequestPasswordResetDocument, { input: { email } });
  expectType(asked.data.requestPasswordReset, 'MailAccepted');
  const code = await mailedCode(parts, email, mailsSoFar + 1);
  const verified = await other.ask(VerifyPasswordResetCodeDocument, { input: { email, code } });
  const { resetToken } = expectType(verified.data.verifyPasswordResetCode, 'PasswordResetTicket');
  const results = await Promise.all(
    [one, other, one, other].map((gateway) =>
      gateway.ask(ResetPasswordDocument, { input: { resetToken, newPassword: THIRD } }),
    ),
  );
  const won = results.filter(({ data }) => data.resetPassword.__typename === 'PasswordResetSuccess');
  expect(won).toHaveLength(1);
  return [resetToken];
}

const needsRedis = inject('redisUrl') === null;

it.skipIf(needsRedis)('L1: fifty guesses at two processes find five compared, and the lock holds at both', async () => {
  const parts = await twoProcesses();
  const { one, other } = parts;
  const { email } = await account(parts);
  const live = await tokensOf(one, email, FIRST);
  const unknown = newEmail();
  for (const identifier of [email, unknown]) {
    const guesses = Array.from({ length: 50 }, (_, index) =>
      login(index % 2 === 0 ? one : other, identifier, `${WRONG}${index}`),
    );
    const results = await Promise.all(guesses);
    expect(results.filter((result) => result.__typename === 'InvalidCredentialsProblem')).toHaveLength(5);
    expect(names(results).sort()).toEqual(['AccountLockedProblem', 'InvalidCredentialsProblem']);
    expect((await login(one, identifier, FIRST)).__typename).toBe('AccountLockedProblem');
    expect((await login(other, identifier, FIRST)).__typename).toBe('AccountLockedProblem');
  }
  const refreshed = await other.ask(RefreshDocument, { input: { refreshToken: live.refreshToken } });
  expectType(refreshed.data.refresh, 'RefreshSuccess');
});

it.skipIf(needsRedis)('U2: through every flow no secret stays in a log line, a row, a job or an answer', async () => {
  const parts = await twoProcesses();
  const { one, other } = parts;
  const redis = await watchRedis(parts.redisUrl);
  const { email, code: verification } = await account(parts);

  await login(one, email, WRONG);
  const before = await tokensOf(one, email, FIRST);
  const twoFactor = await goesByTwoFactors(parts, email);
  await refusedSoon(other, before.token);

  const { email: second } = await account(parts);
  const held = await tokensOf(one, second, FIRST);
  const proven = await other.ask(ReauthenticateDocument, { input: { password: FIRST } }, { token: held.token });
  const { tokens } = expectType(proven.data.reauthenticate, 'Reauthenticated');
  const change = { input: { currentPassword: FIRST, newPassword: SECOND } };
  const changed = await one.ask(ChangePasswordDocument, change, { token: tokens.accessToken });
  const fresh = expectType(changed.data.changePassword, 'PasswordChanged').tokens;
  await refusedSoon(other, tokens.accessToken);

  const mails = (await parts.server.waitFor(2, { to: second })).length;
  const reset = await resets(parts, second, mails);
  await refusedSoon(one, fresh.accessToken);
  await tokensOf(other, second, THIRD);

  const secrets = [FIRST, SECOND, THIRD, WRONG, ...twoFactor, ...reset, before.token, before.refreshToken];
  const places = {
    'the first log': one.output(),
    'the second log': other.output(),
    'the database': await databaseText(parts.databaseUrl),
    redis: redis.stop(),
  };
  for (const [place, text] of Object.entries(places)) {
    expect(text.length, place).toBeGreaterThan(1_000);
    // Six digits also turn up in numbers that are none of ours.
    for (const secret of secrets.filter((one) => one.length > 6)) expect(text.includes(secret), place).toBe(false);
  }
  expect(places.redis).not.toContain(`"${verification}"`);
});

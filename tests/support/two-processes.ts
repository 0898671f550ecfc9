import pg from 'pg';
import { expect } from 'vitest';
import { limitedFields } from '../../src/operations/limits.js';
import {
  LoginDocument,
  MeDocument,
  SignupDocument,
  type SignupInput,
  VerifyEmailDocument,
} from '../generated/operations.js';
import { whenFinished } from './cleanup.js';
import { createTestDatabase } from './database.js';
import { eventually } from './eventually.js';
import { expectType, newEmail, PASSWORD } from './journey.js';
import { codeIn, type MailServer, mailServer } from './mail-server.js';
import { type ChildAsk, type ChildGateway, dataDirectory, sharedSettings, startProcess } from './process.js';
import { redisServer } from './redis-server.js';

type Row = Record<string, unknown>;

/** Two servers, each with its worker, over one database, one Redis and one mail server. */
export interface TwoProcesses {
  one: ChildGateway;
  other: ChildGateway;
  both: readonly [ChildGateway, ChildGateway];
  server: MailServer;
  databaseUrl: string;
  redisUrl: string;
  /** Asks their database. */
  rows<Found extends Row = Row>(text: string, values?: unknown[]): Promise<Found[]>;
}

const limitNames = Object.values(limitedFields).flatMap((fields) =>
  Object.entries(fields).flatMap(([field, policies]) => policies.map(({ scope }) => `${field}:${scope}`)),
);

/** RATE_LIMITS that refuse nothing, while everything is counted and told as ever. */
export const WIDE_LIMITS = [...new Set(limitNames)]
  .map((name) => `${name}=9000/1h`)
  .concat('mail:address=9000/1h')
  .join(',');

/** Waits until a process has found all of its parts: before Redis answers, each process would count in another way. */
async function whole(gateway: ChildGateway): Promise<void> {
  await gateway.ready();
  await eventually(async () => {
    const health = (await (await fetch(`${gateway.url}/health`)).json()) as { status: string };
    expect(health.status).toBe('up');
  });
}

function openDatabase(url: string): pg.Pool {
  const pool = new pg.Pool({ connectionString: url, max: 2 });
  // The pool is over before its connections are, which then end with the database.
  pool.on('connect', (client) => client.on('error', () => undefined));
  whenFinished(() => pool.end());
  return pool;
}

/** How the two are unlike. */
interface Unlike {
  /** Settings of each. */
  own?: readonly [Record<string, string>, Record<string, string>];
  /** Waits until a process can be asked. */
  until?: (gateway: ChildGateway) => Promise<void>;
}

/** Starts both; limits are off unless a test sets RATE_LIMITS, and requests say for themselves from where they come. */
export async function twoProcesses(
  settings: Record<string, string> = {},
  { own = [{}, {}], until = whole }: Unlike = {},
): Promise<TwoProcesses> {
  const [server, redis, database] = await Promise.all([mailServer(), redisServer(), createTestDatabase()]);
  whenFinished(() => database.drop());
  const pool = openDatabase(database.url);
  const dataDir = dataDirectory();
  const parts = { REDIS_URL: redis.url, SMTP_URL: server.url, TRUSTED_PROXIES: '127.0.0.1', LOG_LEVEL: 'debug' };
  const env = { ...sharedSettings(database.url), ...parts, ...settings };
  const start = (index: 0 | 1) => startProcess({ dataDir, env: { ...env, ...own[index] } });
  const both = await Promise.all([start(0), start(1)]);
  await Promise.all(both.map(until));
  const [one, other] = both;
  return {
    one,
    other,
    both,
    server,
    databaseUrl: database.url,
    redisUrl: redis.url,
    rows: async (text, values) => (await pool.query(text, values)).rows,
  };
}

/** Waits until every mail is out and marked as such. */
export async function mailsAreOut({ rows }: TwoProcesses): Promise<void> {
  await eventually(async () => {
    const [row] = await rows("SELECT count(*)::int AS waiting FROM outbox_messages WHERE status = 'PENDING'");
    expect(row?.waiting).toBe(0);
  });
}

/** The code of the newest of so many mails to an address. */
export async function mailedCode({ server }: TwoProcesses, email: string, count = 1): Promise<string> {
  return codeIn((await server.waitFor(count, { to: email })).at(-1)?.text ?? '');
}

/** A verified account: signed up at one process, verified at the other. */
export async function account(
  parts: TwoProcesses,
  input: Partial<SignupInput> = {},
  ask: ChildAsk = {},
): Promise<{ email: string; id: string; code: string }> {
  const email = input.email ?? newEmail();
  const signup = { input: { password: PASSWORD, ...input, email } };
  expectType((await parts.one.ask(SignupDocument, signup, ask)).data.signup, 'SignupAccepted');
  const code = await mailedCode(parts, email);
  const verified = await parts.other.ask(VerifyEmailDocument, { input: { email, code } }, ask);
  const { user } = expectType(verified.data.verifyEmail, 'EmailVerified');
  return { email, id: user.id, code };
}

/** Tries a password at a process; tokens come in the body. */
export async function login(gateway: ChildGateway, identifier: string, password = PASSWORD, ask: ChildAsk = {}) {
  const input = { identifier, password, tokenDelivery: 'BODY' as const };
  return (await gateway.ask(LoginDocument, { input }, ask)).data.login;
}

/** Signs in at a process. */
export async function tokensOf(gateway: ChildGateway, identifier: string, password = PASSWORD, ask: ChildAsk = {}) {
  const { tokens, session } = expectType(await login(gateway, identifier, password, ask), 'LoginSuccess');
  return { token: tokens.accessToken, refreshToken: tokens.refreshToken ?? '', sessionId: session.id };
}

/** Whether a token is refused by a process soon; a busy machine may take longer than the second that is promised. */
export async function refusedSoon(gateway: ChildGateway, token: string): Promise<void> {
  const from = performance.now();
  await eventually(async () => {
    const { errors } = await gateway.ask(MeDocument, {}, { token });
    expect(errors?.[0]?.extensions.code).toBe('UNAUTHENTICATED');
  });
  expect(performance.now() - from).toBeLessThan(5_000);
}

/** How often each kind of answer came. */
export function tally(results: readonly { __typename: string }[]): Record<string, number> {
  const counts: Record<string, number> = {};
  for (const { __typename } of results) counts[__typename] = (counts[__typename] ?? 0) + 1;
  return counts;
}

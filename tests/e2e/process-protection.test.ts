import { beforeAll, describe, expect, inject, it } from 'vitest';
import {
  LoginDocument,
  RefreshDocument,
  RequestPasswordResetDocument,
  ResendVerificationDocument,
  SignupDocument,
  VerifyPasswordResetCodeDocument,
} from '../generated/operations.js';
import { masked } from '../support/accounts.js';
import { setUpShared } from '../support/cleanup.js';
import { eventually } from '../support/eventually.js';
import { expectType, newEmail, PASSWORD } from '../support/journey.js';
import type { ChildAnswer, ChildAsk, ChildGateway } from '../support/process.js';
import { VERIFY_STATEMENT } from '../support/production.js';
import { lockAccount } from '../support/row-lock.js';
import { login, type TwoProcesses, tally, tokensOf, twoProcesses, WIDE_LIMITS } from '../support/two-processes.js';

const WRONG = 'Wrong-Horse-7-Staple';
/** How often each operation is timed, of accounts and of none. */
const TIMED = 24;
/** No account may take so many times as long as none: a hash that is left out makes more than three. */
const SLOWER = 1.6;

let parts: TwoProcesses;
/** A verified account that others are copied from, which costs no hash. */
let template: string;

/** An operation as a stranger asks it about an address. */
type Operation = (gateway: ChildGateway, email: string, ask?: ChildAsk) => Promise<ChildAnswer<unknown>>;

const operations = {
  login: (gateway, identifier, ask) => gateway.ask(LoginDocument, { input: { identifier, password: WRONG } }, ask),
  requestPasswordReset: (gateway, email, ask) => gateway.ask(RequestPasswordResetDocument, { input: { email } }, ask),
  verifyPasswordResetCode: (gateway, email, ask) =>
    gateway.ask(VerifyPasswordResetCodeDocument, { input: { email, code: '000000' } }, ask),
  resendVerification: (gateway, email, ask) => gateway.ask(ResendVerificationDocument, { input: { email } }, ask),
  signup: (gateway, email, ask) => gateway.ask(SignupDocument, { input: { email, password: WRONG } }, ask),
} satisfies Record<string, Operation>;

const addresses = (count: number) => Array.from({ length: count }, () => newEmail());

/** Accounts that differ from the template in these columns. */
async function copies(count: number, columns: Record<string, unknown> = {}): Promise<string[]> {
  const emails = addresses(count);
  const text = `INSERT INTO users SELECT (jsonb_populate_record(u, jsonb_build_object(
      'id', gen_random_uuid(), 'email', copy.email) || $3::jsonb)).*
    FROM users u, unnest($2::text[]) AS copy(email) WHERE u.email = $1`;
  await parts.rows(text, [template, emails, JSON.stringify(columns)]);
  return emails;
}

const unverified = { email_verified_at: null };
const disabled = { disabled_at: '2026-01-01T00:00:00Z' };

/** What a stranger sees of an answer: all but ids, times and the address that they typed themselves. */
function shown({ status, headers, body }: ChildAnswer<unknown>, email: string) {
  const told = [...headers].filter(([name]) => name !== 'date' && name !== 'x-request-id');
  return {
    status,
    headers: told.map(([name, value]) => `${name}: ${value.replace(/;t=\d+/g, ';t=<time>')}`),
    body: masked(body)
      .replaceAll(email, '<address>')
      .replace(/Seconds":\d+/g, 'Seconds":<time>'),
  };
}

let clients = 0;
/** An address that nobody has asked from. */
function newClient(): string {
  clients += 1;
  return `198.18.${clients >> 8}.${clients & 255}`;
}

/** Asks each process about each address; whatever is known of it, the answers are one. */
async function expectOneAnswer(operation: Operation, emails: string[]): Promise<void> {
  for (const gateway of parts.both) {
    const answers = await Promise.all(
      emails.map(async (email) => shown(await operation(gateway, email, { from: newClient() }), email)),
    );
    for (const answer of answers) expect(answer).toEqual(answers[0]);
    expect(answers[0]?.headers.join('\n')).toMatch(/ratelimit: .*;r=\d+;/);
  }
}

/** The time of a call that little else came in the way of: what somebody who asks often enough sees. */
function lowerQuartile(times: number[]): number {
  return times.toSorted((one, other) => one - other)[Math.floor(times.length / 4)] ?? 0;
}

async function timeOf(operation: Operation, gateway: ChildGateway, email: string): Promise<number> {
  const started = performance.now();
  await operation(gateway, email);
  return performance.now() - started;
}

/** How many times as long a known address takes; both are asked in turn and in changing order, so that other work meets both alike. */
async function slowdown(operation: Operation, known: string[], unknown: string[]): Promise<number> {
  const times: [number[], number[]] = [[], []];
  for (const [round, email] of known.entries()) {
    const gateway = parts.both[round % 4 < 2 ? 0 : 1];
    const turns = [
      [0, email],
      [1, unknown[round] ?? ''],
    ] as const;
    for (const [side, asked] of round % 2 === 0 ? turns : turns.toReversed()) {
      times[side].push(await timeOf(operation, gateway, asked));
    }
  }
  return lowerQuartile(times[0]) / lowerQuartile(times[1]);
}

describe.skipIf(inject('redisUrl') === null)('on two processes', () => {
  beforeAll(async () => {
    // Mails that are sent meanwhile would come in the way of what is timed.
    const settings = { RATE_LIMITS: WIDE_LIMITS, RUN_WORKER: 'false' };
    const shared = await setUpShared(() => twoProcesses(settings));
    ({ parts } = shared);
    template = newEmail();
    await parts.one.ask(SignupDocument, { input: { email: template, password: PASSWORD } });
    await parts.rows(VERIFY_STATEMENT.text, [template]);
    return shared.close;
  });

  it('L1: fifty guesses find five compared, and the lock holds at both', async () => {
    const { one, other } = parts;
    const [email = ''] = await copies(1);
    const live = await tokensOf(one, email);
    for (const identifier of [email, newEmail()]) {
      const guesses = Array.from({ length: 50 }, (_, index) =>
        login(index % 2 === 0 ? one : other, identifier, `${WRONG}${index}`),
      );
      expect(tally(await Promise.all(guesses))).toEqual({ InvalidCredentialsProblem: 5, AccountLockedProblem: 45 });
      expect((await login(one, identifier)).__typename).toBe('AccountLockedProblem');
      expect((await login(other, identifier)).__typename).toBe('AccountLockedProblem');
    }
    const refreshed = await other.ask(RefreshDocument, { input: { refreshToken: live.refreshToken } });
    expectType(refreshed.data.refresh, 'RefreshSuccess');
  });

  it('lets others sign in while twenty logins of one account wait for its locked row', async () => {
    const [held = '', ...others] = await copies(9);
    const lock = await lockAccount(parts.databaseUrl, held);
    const waiting = Array.from({ length: 20 }, () => login(parts.one, held));
    await eventually(async () => expect(await lock.waiting()).toBeGreaterThan(0));
    for (const answer of await Promise.all(others.map((email) => login(parts.one, email)))) {
      expectType(answer, 'LoginSuccess');
    }
    expect(await lock.waiting()).toBeGreaterThan(0);
    await lock.release();
    const { LoginSuccess = 0, AuthUnavailableProblem = 0, ...rest } = tally(await Promise.all(waiting));
    expect(LoginSuccess + AuthUnavailableProblem).toBe(20);
    expect(rest).toEqual({});
  });

  it('E1: a wrong password, and the lock after it, are told alike of every account and of none', async () => {
    const states = [...(await copies(1)), ...(await copies(1, unverified)), ...(await copies(1, disabled))];
    const emails = [...states, newEmail()];
    for (let tries = 0; tries < 4; tries += 1) await expectOneAnswer(operations.login, emails);
    for (const email of emails)
      expect((await login(parts.one, email, PASSWORD)).__typename).toBe('AccountLockedProblem');
  });

  it.each<[keyof typeof operations, Record<string, unknown>[]]>([
    ['requestPasswordReset', [{}, unverified, disabled]],
    ['verifyPasswordResetCode', [{}, unverified, disabled]],
    ['resendVerification', [{}, unverified, disabled]],
    ['signup', [{}, unverified, disabled]],
  ])('E2: %s gives one answer for every account and for none', async (name, states) => {
    const known = await Promise.all(states.map((columns) => copies(1, columns)));
    const emails = [...known.flat(), newEmail()];
    if (name === 'verifyPasswordResetCode') await expectOneAnswer(operations.requestPasswordReset, emails);
    await expectOneAnswer(operations[name], emails);
  });

  it.each<[keyof typeof operations, Record<string, unknown>]>([
    ['login', {}],
    ['requestPasswordReset', {}],
    ['verifyPasswordResetCode', {}],
    ['resendVerification', unverified],
    ['signup', {}],
  ])('E3: %s takes as long for an account as for none', { retry: 3 }, async (name, columns) => {
    const [known, unknown] = [await copies(TIMED, columns), addresses(TIMED)];
    const ratio = await slowdown(operations[name], known, unknown);
    expect(ratio).toBeGreaterThan(1 / SLOWER);
    expect(ratio).toBeLessThan(SLOWER);
  });
});

import { readdirSync, readFileSync } from 'node:fs';
import { Agent, request } from 'node:http';
import { type DocumentNode, print } from 'graphql';
import pg from 'pg';
import { afterAll, beforeAll, expect, it } from 'vitest';
import {
  LoginDocument,
  RefreshDocument,
  RequestPasswordResetDocument,
  SignupDocument,
} from '../generated/operations.js';
import { setUpShared, whenFinished } from '../support/cleanup.js';
import { createTestDatabase } from '../support/database.js';
import { expectType, newEmail, PASSWORD } from '../support/journey.js';
import { type ChildGateway, dataDirectory, sharedSettings, startProcess } from '../support/process.js';

const ROUNDS = 5;
const LOGINS = 5;
/** How many times as long the slowest of others may wait for a sign-in while one client does what it can. */
const SLOWER = 3;

let gateway: ChildGateway;
let pool: pg.Pool;
let attacker: { email: string; token: string; refreshToken: string };
let others: string[];

const FIELDS =
  'id deviceName deviceType browser operatingSystem ipAddress city country rememberMe isCurrent createdAt lastActivityAt expiresAt';
const largestLists = `query ($n: Int = 100) { mySessions(first: $n) { totalCount nodes { ${FIELDS} } }
  myAuditEvents(first: $n) { nodes { id type success riskLevel ipAddress userAgent createdAt metadata } } }`;

/** An account for each address; they are copies of one, which costs no hash. */
async function accounts(emails: readonly string[]): Promise<void> {
  const [template] = emails;
  await gateway.send('mutation ($input: SignupInput!) { signup(input: $input) { __typename } }', {
    input: { email: template, password: PASSWORD },
  });
  await pool.query('UPDATE users SET email_verified_at = now() WHERE email = $1', [template]);
  const text = `INSERT INTO users SELECT (jsonb_populate_record(u, jsonb_build_object(
      'id', gen_random_uuid(), 'email', copy.email))).* FROM users u, unnest($2::text[]) AS copy(email) WHERE u.email = $1`;
  await pool.query(text, [template, emails.slice(1)]);
}

async function login(identifier: string, from: string) {
  const { data } = await gateway.ask(LoginDocument, { input: { identifier, password: PASSWORD } }, { from });
  const { accessToken: token, refreshToken } = expectType(data.login, 'LoginSuccess').tokens;
  return { token, refreshToken: refreshToken ?? '' };
}

/** What one client asks again and again. */
interface Attack {
  connections: number;
  body(): unknown;
  isSignedIn: boolean;
}

/** Asks over so many connections of one client, until it is told to stop. */
function begin({ connections, body, isSignedIn }: Attack): () => Promise<number> {
  const agent = new Agent({ keepAlive: true, maxSockets: connections });
  let over = false;
  let answered = 0;
  const once = (payload: string) =>
    new Promise<void>((resolve, reject) => {
      const authorization = isSignedIn ? { authorization: `Bearer ${attacker.token}` } : {};
      const headers = { 'content-type': 'application/json', 'x-forwarded-for': '198.51.100.1', ...authorization };
      const call = request({ agent, port: gateway.port, path: '/graphql', method: 'POST', headers }, (answer) => {
        answer.resume().once('end', resolve).once('error', reject);
      });
      call.once('error', reject).end(payload);
    });
  const client = async () => {
    for (; !over; answered += 1) await once(JSON.stringify(body()));
  };
  const running = Promise.all(Array.from({ length: connections }, client));
  return async () => {
    over = true;
    await running;
    agent.destroy();
    return answered;
  };
}

/** How long each of so many people waits for the answer to a sign-in, in milliseconds. */
async function waits(first: number): Promise<number[]> {
  const times: number[] = [];
  for (const [index, email] of others.slice(first, first + LOGINS).entries()) {
    const begun = performance.now();
    await login(email, `203.0.113.${first + index + 1}`);
    times.push(performance.now() - begun);
  }
  return times;
}

/** How many times as long the slowest waited while the attack ran. */
async function slowdown(attack: Attack, round: number): Promise<number> {
  const alone = await waits(2 * round * LOGINS);
  const stop = begin(attack);
  const meanwhile = await waits((2 * round + 1) * LOGINS);
  expect(await stop()).toBeGreaterThan(0);
  return Math.max(...meanwhile) / Math.max(...alone);
}

const asks = (document: DocumentNode, input: () => Record<string, unknown>) => ({
  isSignedIn: false,
  body: () => ({ query: print(document), variables: { input: input() } }),
});

async function setUp(): Promise<void> {
  const database = await createTestDatabase();
  whenFinished(() => database.drop());
  pool = new pg.Pool({ connectionString: database.url, max: 2 });
  whenFinished(() => pool.end());
  const env = { ...sharedSettings(database.url), DATABASE_POOL_MAX: '10', TRUSTED_PROXIES: '127.0.0.1' };
  gateway = await startProcess({ dataDir: dataDirectory(), env });
  await gateway.ready();
  const emails = Array.from({ length: 1 + 2 * ROUNDS * LOGINS }, () => newEmail());
  await accounts(emails);
  const [email = '', ...rest] = emails;
  others = rest;
  attacker = { email, ...(await login(email, '198.51.100.1')) };
  await pool.query(`INSERT INTO sessions SELECT (jsonb_populate_record(s, jsonb_build_object('id', gen_random_uuid()))).*
    FROM sessions s, generate_series(1, 150)`);
}

let close: () => Promise<void>;
beforeAll(async () => {
  ({ close } = await setUpShared(setUp));
});
afterAll(() => close());

it.each<[string, Attack]>([
  ['reads the largest lists', { connections: 6, isSignedIn: true, body: () => ({ query: largestLists }) }],
  [
    'tries passwords of many names',
    { connections: 24, ...asks(LoginDocument, () => ({ identifier: newEmail(), password: PASSWORD })) },
  ],
  [
    'signs in to its own account',
    { connections: 12, ...asks(LoginDocument, () => ({ identifier: attacker.email, password: PASSWORD })) },
  ],
  ['signs up', { connections: 24, ...asks(SignupDocument, () => ({ email: newEmail(), password: PASSWORD })) }],
  ['asks for resets', { connections: 24, ...asks(RequestPasswordResetDocument, () => ({ email: newEmail() })) }],
  ['refreshes', { connections: 24, ...asks(RefreshDocument, () => ({ refreshToken: attacker.refreshToken })) }],
])('lets others sign in while one client %s over several connections', async (_what, attack) => {
  const slower: number[] = [];
  // Other work on the machine makes a round slow now and then, on either side.
  for (let round = 0; round < ROUNDS; round += 1) slower.push(await slowdown(attack, round));
  expect(slower.toSorted((one, other) => one - other)[Math.floor(ROUNDS / 2)]).toBeLessThan(SLOWER);
});

/** The niceness of each thread of a process by name (proc(5): field 19 of stat). */
function nicenessByThread(pid: number): Map<string, Set<number>> {
  const found = new Map<string, Set<number>>();
  for (const thread of readdirSync(`/proc/${pid}/task`)) {
    const stat = readFileSync(`/proc/${pid}/task/${thread}/stat`, 'utf8');
    const [, name = '', rest = ''] = /\((.*)\) (.*)/s.exec(stat) ?? [];
    found.set(name, (found.get(name) ?? new Set()).add(Number(rest.split(' ')[16])));
  }
  return found;
}

it.runIf(process.platform === 'linux')('hashes passwords on threads that wait for the one that answers', () => {
  const niceness = nicenessByThread(gateway.pid);
  const usual = Number(readFileSync(`/proc/${gateway.pid}/stat`, 'utf8').split(') ')[1]?.split(' ')[16]);
  expect([...(niceness.get('libuv-worker') ?? [])]).toEqual([5]);
  expect(usual).toBeLessThan(5);
});

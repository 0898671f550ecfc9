import { Agent, request } from 'node:http';
import { print } from 'graphql';
import pg from 'pg';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { LoginDocument } from '../generated/operations.js';
import { setUpShared, whenFinished } from '../support/cleanup.js';
import { createTestDatabase } from '../support/database.js';
import { expectType, newEmail, PASSWORD } from '../support/journey.js';
import { type ChildGateway, dataDirectory, sharedSettings, startProcess } from '../support/process.js';

// Other work on the machine can make a few waits long; where clients take no turns, all of them are.
const AGAIN = { retry: 2 };
const ROUNDS = 3;
const LOGINS = 10;
/** How many times as long others may wait for their sign-in while one account does what it can. */
const SLOWER = 3;

let gateway: ChildGateway;
let pool: pg.Pool;
let attacker: { email: string; token: string };
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

async function login(identifier: string, from: string): Promise<string> {
  const { data } = await gateway.ask(LoginDocument, { input: { identifier, password: PASSWORD } }, { from });
  return expectType(data.login, 'LoginSuccess').tokens.accessToken;
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

/** What one in twenty waits longer than, in milliseconds. */
function late(times: readonly number[]): number {
  return times.toSorted((one, other) => one - other)[Math.ceil(times.length * 0.95) - 1] ?? 0;
}

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
  attacker = { email, token: await login(email, '198.51.100.1') };
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
  ['asks who it is', { connections: 6, isSignedIn: true, body: () => ({ query: '{ me { id email role } }' }) }],
  [
    'tries passwords of many names',
    {
      connections: 12,
      isSignedIn: false,
      body: () => ({
        query: print(LoginDocument),
        variables: { input: { identifier: newEmail(), password: PASSWORD } },
      }),
    },
  ],
])('lets others sign in while one client %s over several connections', AGAIN, async (_what, attack) => {
  const alone: number[] = [];
  const meanwhile: number[] = [];
  for (let round = 0; round < ROUNDS; round += 1) {
    alone.push(...(await waits(2 * round * LOGINS)));
    const stop = begin(attack);
    meanwhile.push(...(await waits((2 * round + 1) * LOGINS)));
    expect(await stop()).toBeGreaterThan(attack.connections);
  }
  expect(late(meanwhile) / late(alone)).toBeLessThan(SLOWER);
});

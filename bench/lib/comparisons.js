import { existsSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { PASSWORD } from './bench.js';
import { startScript } from './children.js';
import { load, withConnections } from './client.js';
import { quantile } from './report.js';

const SLICE = 1_500;
const HASHES_AT_ONCE = 8;
const ASKERS = 8;
const STORM = 16;
const STORM_READERS = 2;

const LOGIN = `mutation ($input: LoginInput!) { login(input: $input) {
  __typename ... on LoginSuccess { tokens { accessToken refreshToken } user { id } } } }`;
const REFRESH = `mutation ($input: RefreshInput) { refresh(input: $input) {
  __typename ... on RefreshSuccess { tokens { accessToken refreshToken } } } }`;
const SIGNUP =
  'mutation ($input: SignupInput!) { signup(input: $input) { __typename ... on SignupAccepted { email mailStatus } } }';
const ME = '{ me { id email } }';

const script = (path) => fileURLToPath(new URL(path, import.meta.url));

/** The data of an answer, which must be what the question expects. */
function expectData({ status, text }, isExpected) {
  const { data } = JSON.parse(text);
  if (status !== 200 || !isExpected(data ?? {}))
    throw new Error(`an unexpected answer: ${status} ${text.slice(0, 300)}`);
  return data;
}

async function login(connection, email) {
  const input = { identifier: email, password: PASSWORD, tokenDelivery: 'BODY' };
  const answer = await connection.post({ query: LOGIN, variables: { input } });
  return expectData(answer, (data) => data.login?.__typename === 'LoginSuccess').login.tokens;
}

/** The tokens of as many fresh sessions. */
async function openSessions(bench, count) {
  return await withConnections(bench.graphqlUrl, 1, async ([connection]) => {
    const sessions = [];
    while (sessions.length < count) sessions.push(await login(connection, bench.nextEmail()));
    return sessions;
  });
}

function askMe(connection, { accessToken }) {
  const headers = { authorization: `Bearer ${accessToken}` };
  return async () => expectData(await connection.post({ query: ME }, headers), (data) => data.me?.email !== undefined);
}

/** Takes a session's next tokens, and keeps them for the refresh after it. */
async function rotate(connection, session) {
  const variables = { input: { refreshToken: session.refreshToken } };
  const answer = await connection.post({ query: REFRESH, variables });
  const { refresh } = expectData(answer, (given) => given.refresh?.__typename === 'RefreshSuccess');
  Object.assign(session, refresh.tokens);
}

/** Raw hashes in a process of their own: what no login can be faster than. */
let hashes;
async function rawHashes(bench) {
  if (hashes) return hashes;
  hashes = await startScript(script('../servers/hashes.js'));
  bench.onClose(() => hashes.stop());
  return hashes;
}

const logins = {
  title: 'logins ÷ raw argon2 verifies',
  baseline: '≥ 0.70',
  async prepare(bench) {
    this.raw = await rawHashes(bench);
  },
  async round(bench) {
    const other = await this.raw.ask({ kind: 'verify', concurrency: HASHES_AT_ONCE, milliseconds: SLICE });
    const { perSecond } = await withConnections(bench.graphqlUrl, HASHES_AT_ONCE, (connections) =>
      load(
        connections.map((connection) => () => login(connection, bench.nextEmail())),
        SLICE,
      ),
    );
    return { ours: perSecond, other };
  },
};

const me = {
  title: 'me ÷ { hello } of a bare Apollo Server',
  baseline: '≥ 0.50',
  async prepare(bench) {
    const hello = await startScript(script('../servers/hello.js'));
    bench.onClose(() => hello.stop());
    this.address = hello.ready;
    this.sessions = await openSessions(bench, ASKERS);
  },
  async round(bench) {
    const askHello = (connection) => async () =>
      expectData(await connection.post({ query: '{ hello }' }), (data) => data.hello === 'hello');
    const hello = await withConnections(this.address, ASKERS, (connections) => load(connections.map(askHello), SLICE));
    const ours = await withConnections(bench.graphqlUrl, ASKERS, (connections) =>
      load(
        connections.map((connection, index) => askMe(connection, this.sessions[index])),
        SLICE,
      ),
    );
    return { ours: ours.perSecond, other: hello.perSecond };
  },
};

const refresh = {
  title: "refreshes ÷ better-auth's session refreshes",
  baseline: '≥ 2.00',
  async prepare(bench) {
    if (!existsSync(script('../better-auth/node_modules/better-auth')))
      return 'run `npm ci --prefix bench/better-auth` first';
    const server = await startScript(script('../better-auth/server.js'), { DATABASE_URL: bench.databaseUrl });
    bench.onClose(() => server.stop());
    Object.assign(this, server.ready);
    this.sessions = await openSessions(bench, ASKERS);
    return undefined;
  },
  async round(bench) {
    const theirs = await withConnections(this.url, ASKERS, (connections) =>
      load(
        connections.map((connection, index) => async () => {
          const { status, text } = await connection.get({ cookie: this.cookies[index % this.cookies.length] });
          if (status !== 200 || !text.includes('"session"')) throw new Error(`better-auth: ${status} ${text}`);
        }),
        SLICE,
      ),
    );
    const ours = await withConnections(bench.graphqlUrl, ASKERS, (connections) =>
      load(
        connections.map((connection, index) => () => rotate(connection, this.sessions[index])),
        SLICE,
      ),
    );
    return { ours: ours.perSecond, other: theirs.perSecond };
  },
};

const storm = {
  title: 'p99 of me in a login storm ÷ alone',
  baseline: '≤ 5.0',
  digits: 1,
  async prepare(bench) {
    this.sessions = await openSessions(bench, STORM_READERS);
  },
  async round(bench) {
    return await withConnections(bench.graphqlUrl, STORM_READERS + STORM, async (connections) => {
      const readers = this.sessions.map((session, index) => askMe(connections[index], session));
      const alone = await load(readers, SLICE);
      const logging = connections.slice(STORM_READERS).map((connection) => () => login(connection, bench.nextEmail()));
      const [inStorm] = await Promise.all([load(readers, SLICE), load(logging, SLICE)]);
      return { ours: quantile(inStorm.latencies, 0.99), other: quantile(alone.latencies, 0.99) };
    });
  },
};

const signups = {
  title: 'sign-ups ÷ raw argon2 hashes',
  baseline: '≥ 0.70',
  async prepare(bench) {
    this.raw = await rawHashes(bench);
  },
  async round(bench) {
    const other = await this.raw.ask({ kind: 'hash', concurrency: HASHES_AT_ONCE, milliseconds: SLICE });
    const { perSecond } = await withConnections(bench.graphqlUrl, HASHES_AT_ONCE, (connections) =>
      load(
        connections.map((connection) => async () => {
          const input = { email: bench.newEmail(), password: PASSWORD, termsAccepted: true };
          const answer = await connection.post({ query: SIGNUP, variables: { input } });
          expectData(answer, (data) => data.signup?.__typename === 'SignupAccepted');
        }),
        SLICE,
      ),
    );
    return { ours: perSecond, other };
  },
};

/** What is measured, by the name that `--only` takes. `prepare` answers why it cannot be. */
export const comparisons = { login: logins, me, refresh, storm, signup: signups };

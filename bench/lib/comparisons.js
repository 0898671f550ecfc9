import { existsSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { PASSWORD } from './bench.js';
import { startScript } from './children.js';
import { load } from './client.js';
import { quantile } from './report.js';

const SLICE = 1_500;
const HASHES_AT_ONCE = 8;
const ASKERS = 8;
const STORM = 16;
const PACED_ASKERS = 2;

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
    this.connections = await bench.connections(bench.graphqlUrl, HASHES_AT_ONCE);
  },
  async round(bench) {
    const other = await this.raw.ask({ kind: 'verify', concurrency: HASHES_AT_ONCE, milliseconds: SLICE });
    const askers = this.connections.map((connection) => () => login(connection, bench.nextEmail()));
    return { ours: (await load(askers, SLICE)).perSecond, other };
  },
};

function askMe(connection, token) {
  const headers = { authorization: `Bearer ${token}` };
  return async () => expectData(await connection.post({ query: ME }, headers), (data) => data.me?.email !== undefined);
}

const me = {
  title: 'me ÷ { hello } of a bare Apollo Server',
  baseline: '≥ 0.50',
  async prepare(bench) {
    const hello = await startScript(script('../servers/hello.js'));
    bench.onClose(() => hello.stop());
    this.hello = await bench.connections(hello.ready, ASKERS);
    this.ours = await bench.connections(bench.graphqlUrl, ASKERS);
    this.tokens = [];
    for (const connection of this.ours) this.tokens.push((await login(connection, bench.nextEmail())).accessToken);
  },
  async round() {
    const hello = this.hello.map((connection) => async () => {
      expectData(await connection.post({ query: '{ hello }' }), (data) => data.hello === 'hello');
    });
    const other = (await load(hello, SLICE)).perSecond;
    const askers = this.ours.map((connection, index) => askMe(connection, this.tokens[index]));
    return { ours: (await load(askers, SLICE)).perSecond, other };
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
    const { url, cookies } = server.ready;
    this.cookies = cookies;
    this.theirs = await bench.connections(`${url}/api/auth/get-session`, ASKERS);
    this.ours = await bench.connections(bench.graphqlUrl, ASKERS);
    this.tokens = [];
    for (const connection of this.ours) this.tokens.push((await login(connection, bench.nextEmail())).refreshToken);
    return undefined;
  },
  async round() {
    const theirs = this.theirs.map((connection, index) => async () => {
      const { status, text } = await connection.get({ cookie: this.cookies[index % this.cookies.length] });
      if (status !== 200 || !text.includes('"session"'))
        throw new Error(`better-auth: ${status} ${text.slice(0, 300)}`);
    });
    const other = (await load(theirs, SLICE)).perSecond;
    const ours = this.ours.map((connection, index) => async () => {
      const input = { refreshToken: this.tokens[index] };
      const answer = await connection.post({ query: REFRESH, variables: { input } });
      const data = expectData(answer, (given) => given.refresh?.__typename === 'RefreshSuccess');
      this.tokens[index] = data.refresh.tokens.refreshToken;
    });
    return { ours: (await load(ours, SLICE)).perSecond, other };
  },
};

const storm = {
  title: 'p99 of me in a login storm ÷ alone',
  baseline: '≤ 5.0',
  digits: 1,
  async prepare(bench) {
    this.storm = await bench.connections(bench.graphqlUrl, STORM);
    this.ours = await bench.connections(bench.graphqlUrl, PACED_ASKERS);
    this.tokens = [];
    for (const connection of this.ours) this.tokens.push((await login(connection, bench.nextEmail())).accessToken);
  },
  async round(bench) {
    const askers = this.ours.map((connection, index) => askMe(connection, this.tokens[index]));
    const alone = await load(askers, SLICE);
    const logging = this.storm.map((connection) => () => login(connection, bench.nextEmail()));
    const [inStorm] = await Promise.all([load(askers, SLICE), load(logging, SLICE)]);
    return { ours: quantile(inStorm.latencies, 0.99), other: quantile(alone.latencies, 0.99) };
  },
};

const signups = {
  title: 'sign-ups ÷ raw argon2 hashes',
  baseline: '≥ 0.70',
  async prepare(bench) {
    this.raw = await rawHashes(bench);
    this.connections = await bench.connections(bench.graphqlUrl, HASHES_AT_ONCE);
  },
  async round(bench) {
    const other = await this.raw.ask({ kind: 'hash', concurrency: HASHES_AT_ONCE, milliseconds: SLICE });
    const askers = this.connections.map((connection) => async () => {
      const input = { email: bench.newEmail(), password: PASSWORD, termsAccepted: true };
      const answer = await connection.post({ query: SIGNUP, variables: { input } });
      expectData(answer, (data) => data.signup?.__typename === 'SignupAccepted');
    });
    return { ours: (await load(askers, SLICE)).perSecond, other };
  },
};

/** What is measured, by the name that `--only` takes. `prepare` answers why it cannot be. */
export const comparisons = { login: logins, me, refresh, storm, signup: signups };

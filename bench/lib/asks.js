import { PASSWORD } from './bench.js';
import { withConnections } from './client.js';

const LOGIN = `mutation ($input: LoginInput!) { login(input: $input) {
  __typename ... on LoginSuccess { tokens { accessToken refreshToken } user { id } } } }`;
const REFRESH = `mutation ($input: RefreshInput) { refresh(input: $input) {
  __typename ... on RefreshSuccess { tokens { accessToken refreshToken } } } }`;
const SIGNUP =
  'mutation ($input: SignupInput!) { signup(input: $input) { __typename ... on SignupAccepted { email mailStatus } } }';
const ME = '{ me { id email } }';

/** Returns the data of a response, which must match the expectation. */
export function expectData({ status, text }, isExpected) {
  const { data } = JSON.parse(text);
  if (status !== 200 || !isExpected(data ?? {}))
    throw new Error(`an unexpected answer: ${status} ${text.slice(0, 300)}`);
  return data;
}

/** Signs in by password and returns the tokens. */
export async function login(connection, email) {
  const input = { identifier: email, password: PASSWORD, tokenDelivery: 'BODY' };
  const answer = await connection.post({ query: LOGIN, variables: { input } });
  return expectData(answer, (data) => data.login?.__typename === 'LoginSuccess').login.tokens;
}

/** Signs up with a new address. */
export async function signUp(connection, email) {
  const input = { email, password: PASSWORD, termsAccepted: true };
  const answer = await connection.post({ query: SIGNUP, variables: { input } });
  expectData(answer, (data) => data.signup?.__typename === 'SignupAccepted');
}

/** Refreshes a session and keeps its new tokens for the next refresh. */
export async function rotate(connection, session) {
  const variables = { input: { refreshToken: session.refreshToken } };
  const answer = await connection.post({ query: REFRESH, variables });
  const { refresh } = expectData(answer, (given) => given.refresh?.__typename === 'RefreshSuccess');
  Object.assign(session, refresh.tokens);
}

/** Executes a query as a signed-in user. */
export async function ask(connection, { accessToken }, query, isExpected) {
  const headers = { authorization: `Bearer ${accessToken}` };
  return expectData(await connection.post({ query }, headers), isExpected);
}

/** Queries the signed-in user. */
export const askMe = (connection, session) => ask(connection, session, ME, (data) => data.me?.email !== undefined);

/** The tokens of `count` new sessions. */
export async function openSessions({ url, nextEmail }, count) {
  return await withConnections(url, 1, async ([connection]) => {
    const sessions = [];
    while (sessions.length < count) sessions.push(await login(connection, nextEmail()));
    return sessions;
  });
}

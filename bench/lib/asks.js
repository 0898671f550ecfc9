import { readOperations } from '../../scripts/support/operations.js';
import { PASSWORD } from './bench.js';
import { withConnections } from './client.js';

/** The documents of a client, as the tests and the IDE use them. */
const documents = readOperations();

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
  const answer = await connection.post({ query: documents.Login, variables: { input } });
  return expectData(answer, (data) => data.login?.__typename === 'LoginSuccess').login.tokens;
}

/** Signs up with a new address. */
export async function signUp(connection, email) {
  const input = { email, password: PASSWORD, termsAccepted: true };
  const answer = await connection.post({ query: documents.Signup, variables: { input } });
  expectData(answer, (data) => data.signup?.__typename === 'SignupAccepted');
}

/** Refreshes a session and keeps its new tokens for the next refresh. */
export async function rotate(connection, session) {
  const variables = { input: { refreshToken: session.refreshToken } };
  const answer = await connection.post({ query: documents.Refresh, variables });
  const { refresh } = expectData(answer, (given) => given.refresh?.__typename === 'RefreshSuccess');
  Object.assign(session, refresh.tokens);
}

/** Executes a query of `operations/` as a signed-in user. */
async function ask(connection, { accessToken }, { query, variables }, isExpected) {
  const headers = { authorization: `Bearer ${accessToken}` };
  return expectData(await connection.post({ query, variables }, headers), isExpected);
}

/** Queries the signed-in user. */
export const askMe = (connection, session) =>
  ask(connection, session, { query: documents.MeInBrief }, (data) => data.me?.email !== undefined);

const page = { first: 20 };

/** Queries a page of the user's sessions. */
export const askSessions = (connection, session) =>
  ask(
    connection,
    session,
    { query: documents.MySessions, variables: page },
    (data) => data.mySessions?.edges.length > 0,
  );

/** Queries a page of the user's audit events. */
export const askEvents = (connection, session) =>
  ask(
    connection,
    session,
    { query: documents.MyAuditEvents, variables: page },
    (data) => data.myAuditEvents?.edges.length > 0,
  );

/** The tokens of `count` new sessions. */
export async function openSessions({ url, nextEmail }, count) {
  return await withConnections(url, 1, async ([connection]) => {
    const sessions = [];
    while (sessions.length < count) sessions.push(await login(connection, nextEmail()));
    return sessions;
  });
}

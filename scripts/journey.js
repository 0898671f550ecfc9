// Runs the steps of the README against a running gateway, prints each response, and stops at the first one that differs from
// the README. Each run signs up a new address.
//
//   npm run journey [-- http://localhost:4000]

import { setTimeout as sleep } from 'node:timers/promises';
import { readOperations } from './support/operations.js';

const address = (process.argv[2] ?? `http://localhost:${process.env.PORT || 4000}`).replace(/\/$/, '');
const email = `ada-${Date.now()}@example.com`;
const password = 'Violet-Harbour-71';
const operations = readOperations();
const MAIL_WAIT_SECONDS = 30;

class Stop extends Error {}

async function request(path, options) {
  try {
    return await fetch(`${address}${path}`, options);
  } catch {
    throw new Stop(`No response from ${address}. Start the gateway first, in another terminal, with: npm start`);
  }
}

/** Shortens tokens to their first characters. */
function shown(name, value) {
  return /token$/i.test(name) && typeof value === 'string' ? `${value.slice(0, 12)}…` : value;
}

/** Executes an operation and prints its response. */
async function send(name, { input, token } = {}) {
  const authorization = token === undefined ? {} : { authorization: `Bearer ${token}` };
  const response = await request('/graphql', {
    method: 'POST',
    headers: { 'content-type': 'application/json', ...authorization },
    body: JSON.stringify({ query: operations[name], variables: input === undefined ? undefined : { input } }),
  });
  const answer = await response.json();
  console.log(`   ${JSON.stringify(answer, shown)}`);
  return answer;
}

/** Executes a mutation and returns its result, which must be of the given type. */
async function mutate(type, name, options) {
  const { data } = await send(name, options);
  const [result] = Object.values(data ?? {});
  if (result?.__typename !== type) throw new Stop(`The response should be ${type}.`);
  return result;
}

function step(title) {
  console.log(`\n${title}`);
}

async function mailedCode() {
  for (let waited = 0; waited < MAIL_WAIT_SECONDS * 4; waited += 1) {
    const response = await request('/dev/mail.json');
    if (!response.ok) {
      throw new Stop(
        `${address}/dev/mail.json returned ${response.status}: the mailbox is available only outside production and without SMTP_URL.`,
      );
    }
    const mail = (await response.json()).find(({ to }) => to === email);
    if (mail !== undefined) return mail.code;
    await sleep(250);
  }
  throw new Stop(`No email to ${email} arrived within ${MAIL_WAIT_SECONDS} s.`);
}

async function createAccount() {
  step(`1. Sign up ${email}`);
  await mutate('SignupAccepted', 'Signup', { input: { email, password, displayName: 'Ada' } });

  step(`2. Read the code from ${address}/dev/mail`);
  const code = await mailedCode();
  console.log(`   ${code}`);

  step('3. Verify the address');
  const { exchangeToken } = await mutate('EmailVerified', 'VerifyEmail', { input: { email, code } });
  return exchangeToken;
}

async function signInTwice(exchangeToken) {
  step('4. Exchange the token for a session');
  await mutate('LoginSuccess', 'ExchangeToken', {
    input: { token: exchangeToken, deviceName: 'First device', tokenDelivery: 'BODY' },
  });

  step('5. Log in as on a second device, and ask who is signed in');
  const { tokens } = await mutate('LoginSuccess', 'Login', {
    input: { identifier: email, password, deviceName: 'Terminal', tokenDelivery: 'BODY' },
  });
  const { data } = await send('Me', { token: tokens.accessToken });
  if (data?.me?.email !== email) throw new Stop(`"me" should have been ${email}.`);
  return tokens.refreshToken;
}

async function refresh(refreshToken) {
  step('6. Refresh');
  const { tokens } = await mutate('RefreshSuccess', 'Refresh', { input: { refreshToken } });
  return tokens.accessToken;
}

async function endSessions(token) {
  step('7. List the sessions, end the others, log out');
  const { data } = await send('MySessions', { token });
  if (data?.mySessions?.totalCount !== 2) throw new Stop('There should be two sessions.');
  await mutate('SessionsRevoked', 'RevokeOtherSessions', { token });
  await mutate('LogoutSuccess', 'Logout', { token });
  const { errors = [] } = await send('Me', { token });
  if (errors[0]?.extensions?.code !== 'UNAUTHENTICATED') throw new Stop('The token should no longer have worked.');
}

try {
  const exchangeToken = await createAccount();
  const refreshToken = await signInTwice(exchangeToken);
  const accessToken = await refresh(refreshToken);
  await endSessions(accessToken);
  console.log('\nDone. The same steps are tabs of the IDE; docs/errors.md has every problem code.');
} catch (error) {
  if (!(error instanceof Stop)) throw error;
  console.error(`\n${error.message}`);
  process.exitCode = 1;
}

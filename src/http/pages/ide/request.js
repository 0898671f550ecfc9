import { CsrfToken, Me, Refresh } from './generated/operations.js';
import { parseAnswer, session, withKept } from './session.js';

const { endpoint, csrf } = document.body.dataset;

const failure = (message, extensions) => ({ answer: { errors: [{ message, extensions }] } });

/** Sends one operation as JSON. An answer that is not JSON, and none at all, become an error. */
async function post(operation, headers) {
  let response;
  let text;
  try {
    response = await fetch(endpoint, {
      method: 'POST',
      credentials: 'same-origin',
      headers: { ...headers, accept: 'application/json', 'content-type': 'application/json' },
      body: JSON.stringify(operation),
    });
    text = await response.text();
  } catch {
    return failure('The gateway cannot be reached. Try again.');
  }
  try {
    return parseAnswer(text);
  } catch {
    const message = `The server answered ${response.status} ${response.statusText} without JSON.`;
    return failure(message, { body: text.slice(0, 1000) });
  }
}

function bearer() {
  return session.accessToken === undefined ? {} : { authorization: `Bearer ${session.accessToken}` };
}

/** Where the cookie is sent across sites, a mutation requires a token against forgery. */
async function csrfHeader({ query }) {
  if (csrf === undefined || !/\bmutation\b/.test(query)) return {};
  const { answer } = await post({ query: CsrfToken }, {});
  return { 'x-csrf-token': answer.data?.csrfToken ?? '' };
}

/** Tells whether nothing of an operation was executed because its token was rejected. */
function isRejected({ data, errors = [], extensions }) {
  const problems = [
    ...(extensions?.problems ?? []),
    ...errors.map(({ path, extensions: { code } = {} }) => ({ path, code })),
  ];
  const rejected = problems.filter(({ code }) => code === 'UNAUTHENTICATED').map(({ path }) => path?.[0]);
  return rejected.length > 0 && Object.keys(data ?? {}).every((field) => rejected.includes(field));
}

/** Asks who the new token belongs to. Only a rejected token or a missing account ends the session, and no failure does. */
async function identify() {
  const { answer } = await post({ query: Me }, bearer());
  const isMissing = answer.data?.me === null && answer.errors === undefined;
  if (isMissing || isRejected(answer)) session.end();
  else session.user = answer.data?.me ?? session.user;
}

/** Tells whether there is a token whose user is not known, because the gateway failed when it was asked. */
const isUnidentified = () => session.accessToken !== undefined && session.user === undefined;

let refreshing;

async function refresh() {
  const { refreshToken } = session;
  const operation = { query: Refresh, variables: refreshToken === undefined ? {} : { input: { refreshToken } } };
  const { answer, hasNewToken } = await post(operation, await csrfHeader(operation));
  if (hasNewToken) await identify();
  else if (answer.data?.refresh?.code === 'REFRESH_REJECTED' || isRejected(answer)) session.end();
  // Listeners that wait for a user learn that there is none yet.
  else if (session.user === undefined) session.user = undefined;
  return hasNewToken === true;
}

/** Refreshes the tokens. Parallel requests share one refresh. */
export function renew() {
  refreshing ??= refresh().finally(() => {
    refreshing = undefined;
  });
  return refreshing;
}

/** Sends an operation. The token of the session is added unless the headers have one, and refreshed once if it is rejected. */
export async function send(operation, headers = {}) {
  const isOwn = Object.keys(headers).every((name) => name.toLowerCase() !== 'authorization');
  const filled = { ...operation, variables: withKept(operation.variables ?? {}) };
  const token = session.accessToken;
  const ask = async () => await post(filled, { ...(await csrfHeader(filled)), ...(isOwn ? bearer() : {}), ...headers });
  let got = await ask();
  if (isOwn && token !== undefined && isRejected(got.answer)) {
    const isRenewed = session.accessToken === token ? await renew() : session.accessToken !== undefined;
    if (isRenewed) got = await ask();
  }
  if (got.isEnd && isOwn) session.end();
  else if (got.hasNewToken || isUnidentified()) await identify();
  return got.answer;
}

/** Reads a file that is for the signed-in admin, refreshing once. */
export async function readFile(name) {
  const read = async () => await fetch(`ide/${name}`, { headers: bearer() }).catch(() => ({ ok: false }));
  let response = await read();
  if (response.status === 401 && session.accessToken !== undefined && (await renew())) response = await read();
  return { status: response.status, content: response.ok ? await response.json() : undefined };
}

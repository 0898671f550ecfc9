import { CsrfToken } from '../generated/operations.js';
import { meta } from './elements.js';

const ENDPOINT = new URL('../../graphql', import.meta.url);
const LONGEST_MILLISECONDS = 30_000;
const BY_STATUS = { 401: 'UNAUTHENTICATED', 403: 'FORBIDDEN', 429: 'RATE_LIMITED', 503: 'TEMPORARILY_UNAVAILABLE' };

/** A request that brought no result. `code` is a code of the API, `UNREACHABLE` or `FAULT`. */
export class Trouble extends Error {
  name = 'Trouble';

  constructor({ code, message, requestId = null, retryAfterSeconds = null, ...details }) {
    super(message ?? code);
    Object.assign(this, { code, requestId, seconds: retryAfterSeconds, details });
  }
}

const isProblem = (value) => value?.__typename?.endsWith('Problem') === true;

/** The problem that an answer reports, as data or as an error; undefined if there is none. */
function problemOf({ data, errors, code }, response) {
  const [error] = errors ?? [];
  if (error !== undefined)
    return { ...error.extensions, message: error.message, code: error.extensions?.code ?? 'FAULT' };
  const value = Object.values(data ?? {})[0];
  if (isProblem(value)) return value;
  if (data !== undefined) return undefined;
  const retryAfterSeconds = Number(response.headers.get('retry-after')) || null;
  return { code: code ?? BY_STATUS[response.status] ?? 'FAULT', retryAfterSeconds };
}

/** Sends a request and reads its JSON. */
export async function fetchJson(address, options) {
  let response;
  try {
    response = await fetch(address, { ...options, signal: AbortSignal.timeout(LONGEST_MILLISECONDS) });
  } catch {
    throw new Trouble({ code: 'UNREACHABLE' });
  }
  return { response, body: await response.json().catch(() => ({})) };
}

async function csrfHeader(needed) {
  if (!needed || meta('gatehouse-csrf') !== 'required') return {};
  const { value } = await send(CsrfToken, {}, { isQuery: true, cookie: true });
  return { 'x-csrf-token': value ?? '' };
}

/**
 * Sends one operation. Returns the value of its one field, or the problem that it reports, with the id of the request. The
 * cookie is sent only with the operations that use it; the access token is the authority of all others.
 */
export async function send(query, variables, { token, cookie = false, isQuery = false } = {}) {
  const { response, body } = await fetchJson(ENDPOINT, {
    method: 'POST',
    credentials: cookie ? 'same-origin' : 'omit',
    headers: {
      accept: 'application/json',
      'content-type': 'application/json',
      ...(token === undefined ? {} : { authorization: `Bearer ${token}` }),
      ...(await csrfHeader(cookie && !isQuery)),
    },
    body: JSON.stringify({ query, variables }),
  });
  const requestId = response.headers.get('x-request-id');
  const problem = problemOf(body, response);
  if (problem !== undefined) return { problem: { ...problem, requestId } };
  return { value: Object.values(body.data)[0] ?? null };
}

import {
  CompleteTwoFactor,
  ConfirmTotp,
  EnrolTotp,
  Login,
  Logout,
  Reauthenticate,
  RefreshWithAccount,
} from '../generated/operations.js';
import { send, Trouble } from './request.js';

const STAFF = ['admin', 'support'];
const SIGN_OUT_WITHIN_MILLISECONDS = 5_000;

/** Who is signed in. The access token lives only here, in memory. */
const state = { token: undefined, account: undefined };
let renewal;
const on = { stepUp: async () => false, signedOut: () => {} };

/** The signed-in account; undefined if nobody is signed in. */
export const account = () => state.account;

/** The role that the access token grants. It differs from the role of the account until a required factor is verified. */
export function grantedRole() {
  const [, payload = ''] = (state.token ?? '').split('.');
  if (payload === '') return undefined;
  return JSON.parse(atob(payload.replaceAll('-', '+').replaceAll('_', '/'))).role;
}

export const isStaff = () => STAFF.includes(grantedRole());
export const isAdmin = () => grantedRole() === 'admin';

/** Whether the account has a role of administration, which its session is not granted yet. */
export const needsFactor = () => !isStaff() && STAFF.includes(state.account?.role);

/** Sets what to do if an act requires a recent sign-in, and if the session has ended. */
export function listen({ stepUp, signedOut }) {
  Object.assign(on, { stepUp, signedOut });
}

function forget() {
  Object.assign(state, { token: undefined, account: undefined });
}

async function refreshOnce() {
  const { value, problem } = await send(RefreshWithAccount, {}, { cookie: true });
  if (problem === undefined) {
    Object.assign(state, { token: value.tokens.accessToken, account: value.user });
    return true;
  }
  if (!['REFRESH_REJECTED', 'UNAUTHENTICATED'].includes(problem.code)) throw new Trouble(problem);
  forget();
  return false;
}

/** Renews the session by its cookie. Callers at the same time share one request. Returns whether there is a session. */
export function renew() {
  renewal ??= refreshOnce().finally(() => {
    renewal = undefined;
  });
  return renewal;
}

/** Runs an attempt, and again once the session is renewed or the user has reauthenticated. */
async function withAuthority(attempt) {
  let answer = await attempt(state.token);
  if (answer.problem?.code === 'UNAUTHENTICATED') {
    if (!(await renew())) {
      on.signedOut();
      throw new Trouble(answer.problem);
    }
    answer = await attempt(state.token);
  }
  if (answer.problem?.code === 'REAUTHENTICATION_REQUIRED' && (await on.stepUp())) answer = await attempt(state.token);
  if (answer.problem !== undefined) throw new Trouble(answer.problem);
  return answer.value;
}

/** Runs an operation of administration. Throws the trouble if it brings no result. */
export function ask(query, variables = {}) {
  return withAuthority((token) => send(query, variables, { token }));
}

/** Loads a file that requires the access token, as a blob. */
export function download(address) {
  return withAuthority(async (token) => {
    const headers = { authorization: `Bearer ${token}` };
    const response = await fetch(address, { headers, credentials: 'omit' }).catch(() => undefined);
    // A transfer that is cut off fails only while its body is read.
    const file = response?.ok ? await response.blob().catch(() => undefined) : undefined;
    if (file !== undefined) return { value: file };
    if (response === undefined || response.ok) throw new Trouble({ code: 'UNREACHABLE' });
    const body = await response.json().catch(() => ({}));
    const retryAfterSeconds = Number(response.headers.get('retry-after')) || null;
    const requestId = response.headers.get('x-request-id');
    return { problem: { ...body, code: body.code ?? 'FAULT', message: body.detail, retryAfterSeconds, requestId } };
  });
}

function take(answer) {
  if (answer.value?.tokens === undefined) return answer;
  state.token = answer.value.tokens.accessToken;
  state.account = answer.value.user ?? state.account;
  return answer;
}

/** The first step of a sign-in. */
export async function signIn(identifier, password) {
  return take(await send(Login, { input: { identifier, password, tokenDelivery: 'COOKIE' } }, { cookie: true }));
}

/** The second step of a sign-in. */
export async function completeSignIn(challenge, code) {
  return take(await send(CompleteTwoFactor, { input: { challenge, code } }, { cookie: true }));
}

/** Verifies the factors of the signed-in user again. */
export async function reauthenticate(password, code) {
  const input = code === '' ? { password } : { password, code };
  return take(await send(Reauthenticate, { input }, { token: state.token, cookie: true }));
}

/** Begins an authenticator app. */
export async function enrol(password) {
  return await send(EnrolTotp, { input: { password } }, { token: state.token });
}

/** Turns the second factor on with the first code of the app. */
export async function confirmEnrolment(code) {
  return await send(ConfirmTotp, { input: { code } }, { token: state.token });
}

/**
 * Ends the session. The page says so once the gateway has ended it, because a page that is left earlier would not end it; but
 * a gateway that does not answer keeps nobody's data on the screen.
 */
export async function signOut() {
  const ended = send(Logout, {}, { token: state.token, cookie: true }).catch(() => {});
  await Promise.race([ended, new Promise((resolve) => setTimeout(resolve, SIGN_OUT_WITHIN_MILLISECONDS))]);
  forget();
  on.signedOut();
}

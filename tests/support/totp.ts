import { createHmac } from 'node:crypto';
import {
  CompleteTwoFactorDocument,
  ConfirmTotpDocument,
  EnrolTotpDocument,
  LoginDocument,
  RefreshDocument,
  type SignupInput,
} from '../generated/operations.js';
import { quickUser } from './accounts.js';
import type { Ask, TestGateway } from './app.js';
import { expectType, loggedIn, PASSWORD } from './journey.js';

const STEP_SECONDS = 30;
const BASE32 = 'ABCDEFGHIJKLMNOPQRSTUVWXYZ234567';

function bytesOf(base32: string): Buffer {
  const bits = Array.from(base32, (sign) => BASE32.indexOf(sign).toString(2).padStart(5, '0')).join('');
  return Buffer.from((bits.match(/.{8}/g) ?? []).map((byte) => Number.parseInt(byte, 2)));
}

function stepOf(gateway: TestGateway): number {
  return Math.floor(gateway.clock.now().getTime() / 1_000 / STEP_SECONDS);
}

/** What an authenticator app of somebody else's making shows for this secret in a time step (RFC 6238). */
export function codeAt(secret: string, step: number): string {
  const counter = Buffer.alloc(8);
  counter.writeBigUInt64BE(BigInt(step));
  const mac = createHmac('sha1', bytesOf(secret)).update(counter).digest();
  const number = mac.readUInt32BE((mac.at(-1) ?? 0) & 15) & 0x7fffffff;
  return String(number % 1_000_000).padStart(6, '0');
}

/** What the app shows so many steps from now. */
export function appCode(gateway: TestGateway, secret: string, stepsAway = 0): string {
  return codeAt(secret, stepOf(gateway) + stepsAway);
}

/** Six digits that no step near now has. */
export function wrongAppCode(gateway: TestGateway, secret: string): string {
  const right = [-2, -1, 0, 1, 2].map((away) => appCode(gateway, secret, away));
  const wrong = Array.from({ length: 6 }, (_, digit) => String(digit).repeat(6)).find((code) => !right.includes(code));
  return wrong ?? '';
}

/** Moves the clock to the beginning of a step, so that a test's codes are of the steps that it means. */
export function toNextStep(gateway: TestGateway, steps = 1): void {
  const intoStep = (gateway.clock.now().getTime() / 1_000) % STEP_SECONDS;
  gateway.clock.advance(steps * STEP_SECONDS - intoStep + 0.5);
}

/** Begins an authenticator app; its secret. */
export async function enrolled(gateway: TestGateway, token: string): Promise<string> {
  const { data } = await gateway.ask(EnrolTotpDocument, { input: { password: PASSWORD } }, { token });
  return expectType(data.enrolTotp, 'TotpEnrolment').secret;
}

/** Somebody with a second factor, signed in. */
export interface TwoFactorUser {
  email: string;
  id: string;
  secret: string;
  recoveryCodes: string[];
  /** Of the session that switched the second factor on. */
  accessToken: string;
  refreshToken: string;
  sessionId: string;
  /** What verifying the address gave. */
  exchangeToken: string;
}

/** Signs up, signs in and switches the second factor on; the code of the next step is the first that was not used yet. */
export async function twoFactorUser(gateway: TestGateway, input: Partial<SignupInput> = {}): Promise<TwoFactorUser> {
  const { email, id, exchangeToken } = await quickUser(gateway, input);
  const { accessToken: token, refreshToken, session } = await loggedIn(gateway, email);
  const secret = await enrolled(gateway, token);
  const confirm = { input: { code: appCode(gateway, secret) } };
  const { codes } = expectType(
    (await gateway.ask(ConfirmTotpDocument, confirm, { token })).data.confirmTotp,
    'RecoveryCodes',
  );
  const refreshed = await gateway.ask(RefreshDocument, { input: { refreshToken } });
  const { tokens } = expectType(refreshed.data.refresh, 'RefreshSuccess');
  const { accessToken } = tokens;
  const common = { email, id, secret, recoveryCodes: codes, sessionId: session.id, exchangeToken };
  return { ...common, accessToken, refreshToken: tokens.refreshToken ?? '' };
}

/** Passes the first step of a sign-in. */
export async function challengeOf(gateway: TestGateway, identifier: string, ask?: Ask): Promise<string> {
  const input = { identifier, password: PASSWORD, tokenDelivery: 'BODY' as const };
  return expectType((await gateway.ask(LoginDocument, { input }, ask)).data.login, 'TwoFactorRequired').challenge;
}

/** Tries the second step of a sign-in. */
export async function complete(gateway: TestGateway, challenge: string, code: string, ask?: Ask) {
  return (await gateway.ask(CompleteTwoFactorDocument, { input: { challenge, code } }, ask)).data.completeTwoFactor;
}

/** What a token says. */
export function claimsOf(accessToken: string): Record<string, unknown> {
  return JSON.parse(Buffer.from(accessToken.split('.')[1] ?? '', 'base64url').toString()) as Record<string, unknown>;
}

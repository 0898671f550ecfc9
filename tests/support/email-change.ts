import type { OneTimeCodePurpose } from '../../src/entities/one-time-code.js';
import { deriveCode, deriveToken } from '../../src/services/one-time-codes/derive.js';
import {
  ConfirmEmailChangeDocument,
  RequestEmailChangeDocument,
  RevertEmailChangeDocument,
} from '../generated/operations.js';
import { quickUser, rows } from './accounts.js';
import type { Ask, TestGateway } from './app.js';
import { expectType, loggedIn, PASSWORD } from './journey.js';

async function identityOf(gateway: TestGateway, purpose: OneTimeCodePurpose, address: string) {
  const text = 'SELECT id, key_id FROM one_time_codes WHERE purpose = ? AND address = ?';
  const [row] = await rows<{ id: string; key_id: string }>(gateway, text, [purpose, address]);
  if (row === undefined) throw new Error(`No ${purpose} for ${address}.`);
  return { id: row.id, keyId: row.key_id, purpose, address };
}

/** What a mail with a code and a link shows. */
export async function derived(gateway: TestGateway, purpose: OneTimeCodePurpose, address: string) {
  const identity = await identityOf(gateway, purpose, address);
  const { secretKeys } = gateway.dependencies;
  return { code: deriveCode(secretKeys, identity), token: deriveToken(secretKeys, identity) };
}

/** The code that a user's new address got, derived as the worker does it. */
export async function changeCodeOf(gateway: TestGateway, userId: string): Promise<string> {
  return deriveCode(gateway.dependencies.secretKeys, await identityOf(gateway, 'CHANGE_EMAIL', userId));
}

/** The token of a link that was mailed. */
export async function tokenOf(gateway: TestGateway, purpose: OneTimeCodePurpose, address: string): Promise<string> {
  return deriveToken(gateway.dependencies.secretKeys, await identityOf(gateway, purpose, address));
}

/** The token of the link back that an address got. */
export async function wayBackOf(gateway: TestGateway, oldEmail: string): Promise<string> {
  return await tokenOf(gateway, 'REVERT_EMAIL', oldEmail);
}

export async function requestChange(gateway: TestGateway, token: string, newEmail: string, ask: Ask = {}) {
  const input = { newEmail, password: PASSWORD };
  const answer = await gateway.ask(RequestEmailChangeDocument, { input }, { token, ...ask });
  return answer.data.requestEmailChange;
}

export async function confirmChange(gateway: TestGateway, token: string, code: string) {
  return (await gateway.ask(ConfirmEmailChangeDocument, { input: { code } }, { token })).data.confirmEmailChange;
}

export async function revertChange(gateway: TestGateway, token: string) {
  return (await gateway.ask(RevertEmailChangeDocument, { input: { token } })).data.revertEmailChange;
}

/** Asks for another address and confirms it. */
export async function moveTo(gateway: TestGateway, user: { id: string; accessToken: string }, newEmail: string) {
  expectType(await requestChange(gateway, user.accessToken, newEmail), 'MailAccepted');
  const code = await changeCodeOf(gateway, user.id);
  return expectType(await confirmChange(gateway, user.accessToken, code), 'EmailChanged');
}

/** A verified user who is signed in. */
export async function signedInUser(gateway: TestGateway, input: Parameters<typeof quickUser>[1] = {}) {
  const user = await quickUser(gateway, input);
  return { ...user, ...(await loggedIn(gateway, user.email)) };
}

/** The mails that were written to an address, oldest first. */
export async function mailsTo(gateway: TestGateway, email: string): Promise<string[]> {
  const text = 'SELECT mail FROM outbox_messages WHERE recipient = ? ORDER BY created_at, id';
  return (await rows<{ mail: string }>(gateway, text, [email])).map(({ mail }) => mail);
}

/** The events of a user as they are stored, oldest first. */
export async function eventsOf(gateway: TestGateway, userId: string) {
  const text = `SELECT type, success, risk_level, actor_id, user_id, ip_address, user_agent, request_id, metadata
    FROM audit_events WHERE user_id = ? ORDER BY created_at, id`;
  return await rows<{
    type: string;
    success: boolean;
    risk_level: string;
    actor_id: string | null;
    user_id: string;
    ip_address: string | null;
    user_agent: string | null;
    request_id: string;
    metadata: Record<string, unknown>;
  }>(gateway, text, [userId]);
}

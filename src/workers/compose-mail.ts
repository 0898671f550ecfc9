import type { Dependencies } from '../dependencies.js';
import type { OneTimeCode } from '../entities/one-time-code.js';
import type { OutboxMessage } from '../entities/outbox-message.js';
import type { OutgoingMail } from '../mail/outgoing-mail.js';
import { renderMail } from '../mail/render.js';
import { deriveCode, deriveToken } from '../services/one-time-codes/derive.js';

type Needs = Pick<Dependencies, 'settings' | 'secretKeys' | 'clock'>;

const APP_NAME = 'Gatehouse';
const MINUTE = 60;
const HOUR = 3_600;

function verifyEmail(needs: Needs, message: OutboxMessage, row: OneTimeCode) {
  const { settings, secretKeys } = needs;
  const identity = { id: row.id, purpose: row.purpose, address: row.address, keyId: row.keyId };
  const code = deriveCode(secretKeys, identity);
  const link = `${settings.appUrl ?? settings.publicUrl}/verify-email#token=${deriveToken(secretKeys, identity)}`;
  const rendered = renderMail('verify-email', message.locale ?? null, {
    displayName: message.variables.displayName ?? null,
    code,
    link,
    codeMinutes: Math.max(1, Math.round(settings.verificationCodeTtl / MINUTE)),
    linkHours: settings.verificationLinkTtl / HOUR,
    appName: APP_NAME,
  });
  return { ...rendered, code, link };
}

function alreadyRegistered({ settings }: Needs, message: OutboxMessage) {
  // Where the gateway stands alone there is no page of an app to go to.
  const link = settings.appUrl ?? null;
  const variables = { displayName: message.variables.displayName ?? null, link, appName: APP_NAME };
  return { ...renderMail('already-registered', message.locale ?? null, variables), code: null, link };
}

function sessionReuse(message: OutboxMessage) {
  const { displayName = null, deviceName = null, occurredAt = '' } = message.variables;
  const variables = { displayName, deviceName: deviceName || null, occurredAt, appName: APP_NAME };
  return { ...renderMail('session-reuse', message.locale ?? null, variables), code: null, link: null };
}

/**
 * Writes the mail of an outbox row. Code and link are derived here from the code's row, and are nowhere before; each
 * retry derives the same ones.
 */
export function composeMail(needs: Needs, message: OutboxMessage, code: OneTimeCode | null): OutgoingMail {
  const envelope = { id: message.id, to: message.recipient, mail: message.mail, sentAt: needs.clock.now() };
  if (message.mail === 'verify-email' && code !== null) return { ...envelope, ...verifyEmail(needs, message, code) };
  if (message.mail === 'already-registered') return { ...envelope, ...alreadyRegistered(needs, message) };
  if (message.mail === 'session-reuse') return { ...envelope, ...sessionReuse(message) };
  throw new Error(`The outbox holds a mail of an unknown kind: ${message.mail}`);
}

import type { OneTimeCodePurpose } from '../../entities/one-time-code.js';
import type { KeyPurpose, SecretKeys } from '../../lib/secret-keys.js';
import { CODE_LENGTH } from '../../lib/typed-code.js';
import { uuidFromBytes, uuidToBytes } from '../../lib/uuid.js';

/** What the derivation needs to know of a code's row. */
export interface CodeIdentity {
  id: string;
  purpose: OneTimeCodePurpose;
  address: string;
  keyId: string;
}

/** A link or token of one purpose is worth nothing for any other. */
const linkPurpose: Record<OneTimeCodePurpose, KeyPurpose> = {
  VERIFY_EMAIL: 'verify-email-link',
  EXCHANGE: 'exchange-token',
  RESET_PASSWORD: 'reset-password-link',
  RESET_TICKET: 'reset-ticket',
  CHANGE_EMAIL: 'change-email-link',
  REVERT_EMAIL: 'revert-email-link',
  REPORT_SESSION: 'report-session-link',
};

/** Where a purpose has a code that people type, the key that it is derived with. */
const codePurpose: Partial<Record<OneTimeCodePurpose, KeyPurpose>> = {
  VERIFY_EMAIL: 'verify-email-code',
  RESET_PASSWORD: 'reset-password-code',
  CHANGE_EMAIL: 'change-email-code',
};

const ID_BYTES = 16;
const TAG_BYTES = 32;
const TOKEN = /^[A-Za-z0-9_-]{64}$/;

/** The code that the mail shows: 64 bits of an HMAC modulo 10⁶, so that the bias is below 2⁻⁴⁴. */
export function deriveCode(keys: SecretKeys, code: CodeIdentity): string {
  const purpose = codePurpose[code.purpose];
  if (purpose === undefined) throw new Error(`There is no code for ${code.purpose}.`);
  const parts = [code.id, code.purpose, code.address];
  const number = keys.authenticate(purpose, parts, code.keyId).readBigUInt64BE() % 10n ** BigInt(CODE_LENGTH);
  return number.toString().padStart(CODE_LENGTH, '0');
}

/** The token that a link carries: the code's id ‖ HMAC of it. */
export function deriveToken(keys: SecretKeys, code: Pick<CodeIdentity, 'id' | 'purpose' | 'keyId'>): string {
  const id = uuidToBytes(code.id);
  return Buffer.concat([id, keys.authenticate(linkPurpose[code.purpose], [id], code.keyId)]).toString('base64url');
}

/** The id in a token that we wrote for this purpose; anything else gives `undefined` before the database is asked. */
export function readToken(keys: SecretKeys, purpose: OneTimeCodePurpose, token: string): string | undefined {
  if (!TOKEN.test(token)) return undefined;
  const bytes = Buffer.from(token, 'base64url');
  const id = bytes.subarray(0, ID_BYTES);
  if (bytes.length !== ID_BYTES + TAG_BYTES || !keys.verify(linkPurpose[purpose], [id], bytes.subarray(ID_BYTES))) {
    return undefined;
  }
  return uuidFromBytes(id);
}

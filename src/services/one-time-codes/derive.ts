import type { OneTimeCodePurpose } from '../../entities/one-time-code.js';
import type { KeyPurpose, SecretKeys } from '../../lib/secret-keys.js';
import { CODE_LENGTH } from '../../lib/typed-code.js';
import { uuidFromBytes, uuidToBytes } from '../../lib/uuid.js';

/** The columns of a code that its derivation depends on. */
export interface CodeIdentity {
  id: string;
  purpose: OneTimeCodePurpose;
  address: string;
  keyId: string;
}

/** Each purpose has its own key, so that a link or token of one purpose is useless for any other. */
const linkPurpose: Record<OneTimeCodePurpose, KeyPurpose> = {
  VERIFY_EMAIL: 'verify-email-link',
  EXCHANGE: 'exchange-token',
  RESET_PASSWORD: 'reset-password-link',
  RESET_TICKET: 'reset-ticket',
  CHANGE_EMAIL: 'change-email-link',
  REVERT_EMAIL: 'revert-email-link',
  REPORT_SESSION: 'report-session-link',
};

/** Key purposes of the codes that people type. */
const codePurpose: Partial<Record<OneTimeCodePurpose, KeyPurpose>> = {
  VERIFY_EMAIL: 'verify-email-code',
  RESET_PASSWORD: 'reset-password-code',
  CHANGE_EMAIL: 'change-email-code',
};

const ID_BYTES = 16;
const TAG_BYTES = 32;
const TOKEN = /^[A-Za-z0-9_-]{64}$/;

/** Derives the code shown in the mail: 64 bits of an HMAC modulo 10⁶, with a bias below 2⁻⁴⁴. */
export function deriveCode(keys: SecretKeys, code: CodeIdentity): string {
  const purpose = codePurpose[code.purpose];
  if (purpose === undefined) throw new Error(`There is no code for ${code.purpose}.`);
  const parts = [code.id, code.purpose, code.address];
  const number = keys.authenticate(purpose, parts, code.keyId).readBigUInt64BE() % 10n ** BigInt(CODE_LENGTH);
  return number.toString().padStart(CODE_LENGTH, '0');
}

/** Derives the token of a link: the code's id ‖ its HMAC. */
export function deriveToken(keys: SecretKeys, code: Pick<CodeIdentity, 'id' | 'purpose' | 'keyId'>): string {
  const id = uuidToBytes(code.id);
  return Buffer.concat([id, keys.authenticate(linkPurpose[code.purpose], [id], code.keyId)]).toString('base64url');
}

/** Returns the id in a token issued for this purpose. Anything else returns `undefined` without a query. */
export function readToken(keys: SecretKeys, purpose: OneTimeCodePurpose, token: string): string | undefined {
  if (!TOKEN.test(token)) return undefined;
  const bytes = Buffer.from(token, 'base64url');
  const id = bytes.subarray(0, ID_BYTES);
  if (bytes.length !== ID_BYTES + TAG_BYTES || !keys.verify(linkPurpose[purpose], [id], bytes.subarray(ID_BYTES))) {
    return undefined;
  }
  return uuidFromBytes(id);
}

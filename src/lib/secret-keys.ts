import {
  createCipheriv,
  createDecipheriv,
  createHmac,
  createSecretKey,
  hkdfSync,
  type KeyObject,
  randomBytes,
} from 'node:crypto';
import { equalInConstantTime } from './constant-time.js';

/** The purpose of a derived key. Each purpose has its own key, so that no value can be used for another purpose. */
export type KeyPurpose =
  | 'verify-email-code'
  | 'verify-email-link'
  | 'exchange-token'
  | 'reset-password-code'
  | 'reset-password-link'
  | 'reset-ticket'
  | 'change-email-code'
  | 'change-email-link'
  | 'revert-email-link'
  | 'report-session-link'
  | 'two-factor-challenge'
  | 'totp-secret'
  | 'breach-check'
  | 'device-cookie'
  | 'device-traits'
  | 'login-failures'
  | 'refresh-token'
  | 'csrf-token'
  | 'signing-key-encryption'
  | 'limit-identity'
  | 'first-admin-link';

/** Keys derived from SECRET_KEY and, during a rotation, from SECRET_KEY_PREVIOUS. */
export interface SecretKeys {
  /** Identifies the current secret in rows that depend on it. Not secret. */
  readonly currentId: string;
  /** Returns true if the id belongs to the current or the previous secret, so that its keys can be derived. */
  holds(keyId: string): boolean;
  /** Returns true if the secret that encrypted this text is still configured. */
  opens(encrypted: string): boolean;
  /** HMAC-SHA-256 of the parts. They are length-prefixed so that different lists never collide. */
  authenticate(purpose: KeyPurpose, parts: readonly (string | Buffer)[], keyId?: string): Buffer;
  /** Returns true if `tag` authenticates the parts under the current or the previous secret. */
  verify(purpose: KeyPurpose, parts: readonly (string | Buffer)[], tag: Buffer): boolean;
  /** Encrypts with AES-256-GCM. The result contains key id, nonce, tag and ciphertext as printable text. */
  encrypt(purpose: KeyPurpose, plain: string): string;
  /** Decrypts the result of `encrypt`. Throws if it was modified or its secret is no longer configured. */
  decrypt(purpose: KeyPurpose, encrypted: string): string;
}

interface Secret {
  id: string;
  keyFor(purpose: KeyPurpose): KeyObject;
}

const TAG_BYTES = 16;

function secretOf(value: string): Secret {
  const derive = (info: string, bytes: number) =>
    Buffer.from(hkdfSync('sha256', value, '', `gatehouse:${info}`, bytes));
  const keys = new Map<KeyPurpose, KeyObject>();
  return {
    id: derive('key-id', 6).toString('base64url'),
    keyFor(purpose) {
      const key = keys.get(purpose) ?? createSecretKey(derive(purpose, 32));
      keys.set(purpose, key);
      return key;
    },
  };
}

function hmac(key: KeyObject, parts: readonly (string | Buffer)[]): Buffer {
  const mac = createHmac('sha256', key);
  for (const part of parts) {
    const bytes = typeof part === 'string' ? Buffer.from(part) : part;
    const length = Buffer.alloc(4);
    length.writeUInt32BE(bytes.length);
    mac.update(length).update(bytes);
  }
  return mac.digest();
}

/** Derives keys by HKDF-SHA-256 (RFC 5869). `previous` is used only for verification and decryption. */
export function createSecretKeys(current: string, previous?: string): SecretKeys {
  const present = secretOf(current);
  const secrets = previous === undefined ? [present] : [present, secretOf(previous)];
  const holds = (id: string) => secrets.some((secret) => secret.id === id);
  const byId = (id: string): Secret => {
    const secret = secrets.find((candidate) => candidate.id === id);
    if (secret === undefined) throw new Error('The secret that protects this value is not configured.');
    return secret;
  };
  return {
    currentId: present.id,
    holds,
    opens: (encrypted) => holds(encrypted.split('.')[0] ?? ''),
    authenticate: (purpose, parts, keyId = present.id) => hmac(byId(keyId).keyFor(purpose), parts),
    verify: (purpose, parts, tag) =>
      secrets.some((secret) => equalInConstantTime(hmac(secret.keyFor(purpose), parts), tag)),
    encrypt(purpose, plain) {
      const nonce = randomBytes(12);
      const cipher = createCipheriv('aes-256-gcm', present.keyFor(purpose), nonce);
      const text = Buffer.concat([cipher.update(plain, 'utf8'), cipher.final()]);
      return [present.id, ...[nonce, cipher.getAuthTag(), text].map((part) => part.toString('base64url'))].join('.');
    },
    decrypt(purpose, encrypted) {
      const [id = '', nonce = '', tag = '', text = ''] = encrypted.split('.');
      const key = byId(id).keyFor(purpose);
      // Without this, a tag of four bytes would be accepted, which can be guessed.
      const options = { authTagLength: TAG_BYTES };
      const decipher = createDecipheriv('aes-256-gcm', key, Buffer.from(nonce, 'base64url'), options);
      decipher.setAuthTag(Buffer.from(tag, 'base64url'));
      return Buffer.concat([decipher.update(Buffer.from(text, 'base64url')), decipher.final()]).toString('utf8');
    },
  };
}

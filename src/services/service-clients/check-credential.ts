import { equalInConstantTime } from '../../lib/constant-time.js';
import type { CheckedClient } from './record.js';
import { hashSecret } from './secret.js';

/** Why a credential is refused. Only the log and the audit log say so. */
export type CredentialRefusal = 'UNKNOWN_CLIENT' | 'WRONG_SECRET' | 'SECRET_REPLACED' | 'EXPIRED' | 'REVOKED';

/** Stands for the secrets that a client does not have, so that every check compares as much. */
const NO_HASH = Buffer.alloc(32);

const isAfter = (time: Date | null | undefined, now: Date) => time != null && time > now;

/** Checks a secret against a client. Returns why it is refused; undefined if it is accepted. */
export function checkCredential(
  client: CheckedClient | null,
  secret: string,
  now: Date,
): CredentialRefusal | undefined {
  const hash = hashSecret(secret) ?? NO_HASH;
  const isCurrent = equalInConstantTime(hash, client?.secretHash ?? NO_HASH);
  const isPrevious = equalInConstantTime(hash, client?.previousSecretHash ?? NO_HASH);
  if (client === null) return 'UNKNOWN_CLIENT';
  if (hash === NO_HASH || !(isCurrent || isPrevious)) return 'WRONG_SECRET';
  if (client.revokedAt != null) return 'REVOKED';
  if (client.expiresAt != null && !isAfter(client.expiresAt, now)) return 'EXPIRED';
  return isCurrent || isAfter(client.previousUntil, now) ? undefined : 'SECRET_REPLACED';
}

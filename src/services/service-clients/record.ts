import type { ServiceClient } from '../../entities/service-client.js';
import { type Sql, sqlText } from '../../lib/sql.js';

/** A service client as lists show it, without the hashes of its secrets. */
export type ServiceClientRecord = Omit<ServiceClient, 'secretHash' | 'previousSecretHash'>;

/** A service client as its credential is checked. */
export interface CheckedClient extends ServiceClientRecord {
  secretHash: Buffer;
  previousSecretHash: Buffer | null;
}

const NAMES = `id, name, scopes, secret_prefix AS "secretPrefix", previous_until AS "previousUntil",
  created_at AS "createdAt", expires_at AS "expiresAt", last_used_at AS "lastUsedAt", revoked_at AS "revokedAt"`;

/** The columns that `toServiceClient` reads. */
export const CLIENT_COLUMNS: Sql = sqlText(NAMES);

/** Those columns, and the hashes of the secrets. */
export const CHECKED_COLUMNS = `${NAMES}, secret_hash AS "secretHash", previous_secret_hash AS "previousSecretHash"`;

const TIMES = ['previousUntil', 'createdAt', 'expiresAt', 'lastUsedAt', 'revokedAt'];

/** Reads a row. */
export function toServiceClient({ place: _place, ...row }: Record<string, unknown>): ServiceClientRecord {
  const times = TIMES.map((name) => [name, row[name] == null ? null : new Date(row[name] as string)]);
  return { ...row, ...Object.fromEntries(times) } as ServiceClientRecord;
}

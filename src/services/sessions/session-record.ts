import type { Session } from '../../entities/session.js';

/** A session as a statement returns it, without the ORM's unit of work, its user and its secret. */
export type SessionRecord = Omit<Session, 'user' | 'secretHash' | 'rotatedAt' | 'seenGeneration'>;

/** The columns that `toSessionRecord` reads. */
export const SESSION_COLUMNS = [
  'id',
  'user_id',
  'generation',
  'remember_me',
  'device_name',
  'device_type',
  'browser',
  'operating_system',
  'ip_address',
  'city',
  'country',
  'authentication_methods',
  'authenticated_at',
  'created_at',
  'last_activity_at',
  'last_rotated_at',
  'expires_at',
  'absolute_expires_at',
  'revoked_at',
  'revocation_reason',
] as const;

function time(value: unknown): Date | null {
  return value === null ? null : new Date(value as string);
}

/** Maps a row by hand: the ORM's mapper takes longer than everything else that a refresh does in this process. */
export function toSessionRecord(row: Record<string, unknown>): SessionRecord {
  return {
    id: row.id,
    generation: row.generation,
    rememberMe: row.remember_me,
    deviceName: row.device_name,
    deviceType: row.device_type,
    browser: row.browser,
    operatingSystem: row.operating_system,
    ipAddress: row.ip_address,
    city: row.city,
    country: row.country,
    authenticationMethods: row.authentication_methods,
    authenticatedAt: time(row.authenticated_at),
    createdAt: time(row.created_at),
    lastActivityAt: time(row.last_activity_at),
    lastRotatedAt: time(row.last_rotated_at),
    expiresAt: time(row.expires_at),
    absoluteExpiresAt: time(row.absolute_expires_at),
    revokedAt: time(row.revoked_at),
    revocationReason: row.revocation_reason,
  } as SessionRecord;
}

import { createHash } from 'node:crypto';
import type { CheckPasswordPayload } from '../../jobs/check-password.js';
import { type Sql, sql, sqlText } from '../../lib/sql.js';
import { enqueue } from '../outbox/enqueue.js';
import { firstRelayAt, type Outbox } from '../outbox/outbox.js';
import type { UseCaseContext } from '../use-case.js';
import { normalisePassword } from './hasher.js';

/** A password that was just set. */
export interface NewPassword {
  userId: string;
  password: string;
  /** The value stored for the user, which distinguishes this password from a later one. */
  passwordChangedAt: Date;
  /**
   * Set if another person's sign-up chose the password for the address of this user. It is checked all the same, so
   * that neither timing nor a metric reveals that the address was taken. It marks no account.
   */
  isStrangers?: boolean;
}

/** The outbox of passwords to be checked. */
export const passwordChecks: Outbox<CheckPasswordPayload> = {
  table: 'password_checks',
  id: 'user_id',
  pending: 'true',
  enqueueAgainAfterSeconds: 60,
  payload: ({ id: userId, requestId }) => ({ userId, requestId }),
};

/** A new password replaces the one that is still being checked. */
const REPLACE = sqlText(`UPDATE SET
    sealed_digest = excluded.sealed_digest, password_changed_at = excluded.password_changed_at, attempts = 0,
    next_attempt_at = excluded.next_attempt_at, created_at = excluded.created_at`);
const KEEP = sqlText('NOTHING');
/** A time at which no password was set, so that the check marks no account. */
const NEVER = new Date(0);

/**
 * Returns the digest by which breached passwords are listed. This is the only use of SHA-1, and the list prescribes it.
 */
function digestOf(password: string): string {
  return createHash('sha1').update(normalisePassword(password)).digest('hex').toUpperCase();
}

/**
 * Returns the statement that requests the breach check of a password, for the transaction that sets it; undefined if none
 * are made. The digest is stored encrypted.
 */
export function insertPasswordCheck(
  { settings, secretKeys }: Pick<UseCaseContext, 'settings' | 'secretKeys'>,
  { userId, password, passwordChangedAt: now, isStrangers = false }: NewPassword,
): Sql | undefined {
  if (!settings.breachCheck) return undefined;
  const encrypted = secretKeys.encrypt('breach-check', digestOf(password));
  return sql`
    INSERT INTO password_checks (user_id, sealed_digest, password_changed_at, attempts, next_attempt_at, created_at)
    SELECT id, ${encrypted}, ${isStrangers ? NEVER : now}, 0, ${firstRelayAt(now)}, ${now} FROM users WHERE id = ${userId}
    ON CONFLICT (user_id) DO ${isStrangers ? KEEP : REPLACE}`;
}

/**
 * Enqueues the job of a committed check without making the request wait. The relay enqueues what the queue did not
 * accept.
 */
export function enqueuePasswordCheck(
  context: Pick<UseCaseContext, 'settings' | 'passwordCheckQueue' | 'requestId' | 'logger'>,
  userId: string,
): void {
  if (!context.settings.breachCheck) return;
  const { requestId } = context;
  enqueue(context, context.passwordCheckQueue, { userId, requestId }, 'a password check');
}

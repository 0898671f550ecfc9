import { createHash } from 'node:crypto';
import type { EntityManager } from '@mikro-orm/postgresql';
import type { CheckPasswordPayload } from '../../jobs/check-password.js';
import { enqueue } from '../outbox/enqueue.js';
import { firstRelayAt, type Outbox } from '../outbox/outbox.js';
import type { UseCaseContext } from '../use-case.js';
import { normalisePassword } from './hasher.js';

/** A password that was just set. */
export interface NewPassword {
  userId: string;
  password: string;
  /** As it is written to the user: by it a later password is told from this one. */
  passwordChangedAt: Date;
  /**
   * Set where somebody else's sign-up chose it for the address of this user. It is looked up all the same, so that neither
   * time nor any figure tells that the address was taken, and marks nothing.
   */
  isStrangers?: boolean;
}

/** The passwords that wait to be looked up. */
export const passwordChecks: Outbox<CheckPasswordPayload> = {
  table: 'password_checks',
  id: 'user_id',
  pending: 'true',
  enqueueAgainAfterSeconds: 60,
  payload: ({ id: userId, requestId }) => ({ userId, requestId }),
};

const REQUEST = `
  INSERT INTO password_checks (user_id, sealed_digest, password_changed_at, attempts, next_attempt_at, created_at)
  SELECT id, ?, ?, 0, ?, ? FROM users WHERE id = ?
  ON CONFLICT (user_id) DO`;
/** A password that is set while the one before is still being looked up takes its place. */
const REPLACE = `${REQUEST} UPDATE SET
    sealed_digest = excluded.sealed_digest, password_changed_at = excluded.password_changed_at, attempts = 0,
    next_attempt_at = excluded.next_attempt_at, created_at = excluded.created_at`;
const KEEP = `${REQUEST} NOTHING`;
/** No password was set then, so that the check finds nobody's account. */
const NEVER = new Date(0);

/** The name of a password among the breached ones: the only use of SHA-1 here, and not ours to choose. */
function digestOf(password: string): string {
  return createHash('sha1').update(normalisePassword(password)).digest('hex').toUpperCase();
}

/**
 * Notes in the transaction that sets a password that it is to be looked up among breached ones; the digest is kept sealed.
 * Returns what `handOverPasswordCheck` takes after the commit.
 */
export async function requestPasswordCheck(
  em: EntityManager,
  { settings, secretKeys }: Pick<UseCaseContext, 'settings' | 'secretKeys'>,
  { userId, password, passwordChangedAt: now, isStrangers = false }: NewPassword,
): Promise<string> {
  if (!settings.breachCheck) return userId;
  const sealed = secretKeys.encrypt('breach-check', digestOf(password));
  const values = [sealed, isStrangers ? NEVER : now, firstRelayAt(now), now, userId];
  await em.execute(isStrangers ? KEEP : REPLACE, values);
  return userId;
}

/** Hands a committed check to the queue without making the request wait. What fails here is picked up by the relay. */
export function handOverPasswordCheck(
  context: Pick<UseCaseContext, 'settings' | 'passwordCheckQueue' | 'requestId' | 'logger'>,
  userId: string,
): void {
  if (!context.settings.breachCheck) return;
  const { requestId } = context;
  enqueue(context, context.passwordCheckQueue, { userId, requestId }, 'a password check');
}

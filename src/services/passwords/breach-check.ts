import { createHash, randomUUID } from 'node:crypto';
import type { EntityManager } from '@mikro-orm/postgresql';
import { addSeconds } from '../../lib/clock.js';
import type { UseCaseContext } from '../use-case.js';
import { normalisePassword } from './hasher.js';

/** A password that was just set. */
export interface NewPassword {
  /** Whose it is; null does the same work where nothing was set, so that time tells nothing. */
  userId: string | null;
  password: string;
  /** As it is written to the user: by it a later password is told from this one. */
  passwordChangedAt: Date;
}

/** The relay leaves a fresh row alone for this long, as the request hands it to the queue itself. */
const RELAY_AFTER_SECONDS = 3;

/** A password that is set while the one before is still being looked up takes its place. Nobody's password makes no row. */
const REQUEST = `
  INSERT INTO password_checks (user_id, sealed_digest, password_changed_at, attempts, next_attempt_at, created_at)
  SELECT id, ?, ?, 0, ?, ? FROM users WHERE id = ?
  ON CONFLICT (user_id) DO UPDATE SET
    sealed_digest = excluded.sealed_digest, password_changed_at = excluded.password_changed_at, attempts = 0,
    next_attempt_at = excluded.next_attempt_at, created_at = excluded.created_at`;

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
  { userId, password, passwordChangedAt }: NewPassword,
): Promise<string> {
  const id = userId ?? randomUUID();
  if (!settings.breachCheck) return id;
  const sealed = secretKeys.encrypt('breach-check', digestOf(password));
  const nextAttemptAt = addSeconds(passwordChangedAt, RELAY_AFTER_SECONDS);
  await em.execute(REQUEST, [sealed, passwordChangedAt, nextAttemptAt, passwordChangedAt, id]);
  return id;
}

/** Hands a committed check to the queue without making the request wait. What fails here is picked up by the relay. */
export function handOverPasswordCheck(
  context: Pick<UseCaseContext, 'settings' | 'passwordCheckQueue' | 'requestId' | 'logger'>,
  userId: string,
): void {
  if (!context.settings.breachCheck) return;
  const { requestId } = context;
  context.passwordCheckQueue.add({ userId, requestId }).catch((cause: unknown) => {
    context.logger.warn({ err: cause, requestId, userId }, 'the queue did not take a password check; the relay will');
  });
}

import type { EntityManager } from '@mikro-orm/postgresql';
import type { OneTimeCodePurpose } from '../entities/one-time-code.js';
import { advisoryLocks } from '../lib/advisory-locks.js';

/**
 * The order in which a transaction takes locks, so that transactions cannot deadlock: advisory locks,
 * `totp_credentials`, `two_factor_challenges`, `one_time_codes`, `users`, `sessions`, `login_failures`. Several codes
 * are locked in the order of this list.
 */
export const CODE_LOCK_ORDER = [
  'REPORT_SESSION',
  'CHANGE_EMAIL',
  'REVERT_EMAIL',
  'RESET_PASSWORD',
  'RESET_TICKET',
  'VERIFY_EMAIL',
  'EXCHANGE',
] as const satisfies readonly OneTimeCodePurpose[];

/** Returns the sort key of the codes that a statement locks. */
export function codeLockOrder(purpose = 'purpose'): string {
  return `array_position('{${CODE_LOCK_ORDER.join(',')}}'::text[], ${purpose}::text)`;
}

/** Waits for the advisory lock, and holds it until the transaction ends. */
export async function lockAdvisory(em: EntityManager, lock: 'keyRing' | 'admins' | 'overview'): Promise<void> {
  await em.execute('SELECT pg_advisory_xact_lock(?)', [advisoryLocks[lock]]);
}

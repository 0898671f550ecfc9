import type { EntityManager } from '@mikro-orm/postgresql';
import type { OneTimeCodePurpose } from '../entities/one-time-code.js';
import { advisoryLocks } from '../lib/advisory-locks.js';

/**
 * A transaction locks in this order, so that no two wait for each other: advisory locks, `totp_credentials`,
 * `two_factor_challenges`, `one_time_codes`, `users`, `sessions`, `login_failures`. Of several codes it takes them in this one.
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

/** The key by which a statement sorts the codes that it locks. */
export function codeLockOrder(purpose = 'purpose'): string {
  return `array_position('{${CODE_LOCK_ORDER.join(',')}}'::text[], ${purpose}::text)`;
}

/** Waits until no other transaction holds the advisory lock, and holds it until its own ends. */
export async function lockAdvisory(em: EntityManager, lock: 'keyRing' | 'admins'): Promise<void> {
  await em.execute('SELECT pg_advisory_xact_lock(?)', [advisoryLocks[lock]]);
}

import { type EntityManager, UniqueConstraintViolationException } from '@mikro-orm/postgresql';
import { codeLockOrder } from '../locks.js';
import { comparedKey } from '../users/address-owner.js';
import type { Work } from '../work.js';

/** An account and the address that it moves to. */
export interface AddressMove {
  userId: string;
  /**
   * Address that the account must still have while the change is pending; null if the account did not request the move.
   */
  from: string | null;
  to: string;
}

/** Result of a move. */
export interface AddressMoved {
  /** Number of unverified accounts that were removed because they had the address. */
  replacedAccounts: number;
}

const LOCK_CODES = `
  SELECT 1 FROM one_time_codes WHERE user_id = ? AND purpose NOT IN ('REVERT_EMAIL', 'REPORT_SESSION')
  ORDER BY ${codeLockOrder()}, address FOR UPDATE`;

/** Ends the codes and tickets that were mailed to the old address. Revert links and report links stay. */
const END_CODES = `
  UPDATE one_time_codes SET consumed_at = ?
  WHERE user_id = ? AND consumed_at IS NULL AND purpose NOT IN ('REVERT_EMAIL', 'REPORT_SESSION')`;

/** Waits for each use of these codes in progress, as every use locks the code before the user. */
const LOCK_CODES_OF_UNPROVEN = `
  SELECT 1 FROM one_time_codes code JOIN users ON users.id = code.user_id
  WHERE (users.email = ? OR users.email_key = ?) AND users.email_verified_at IS NULL
  ORDER BY ${codeLockOrder('code.purpose')}, code.address FOR UPDATE OF code`;

/** Removes accounts that never verified the address. Such an account was never used. */
const REMOVE_UNPROVEN = `
  DELETE FROM users
  WHERE (email = ? OR email_key = ?) AND id <> ? AND email_verified_at IS NULL AND disabled_at IS NULL
  RETURNING id`;

const MOVE = `
  UPDATE users SET email = ?, email_key = ?, email_verified_at = ?, pending_email = NULL, updated_at = ?
  WHERE id = ? AND (?::text IS NULL OR (email = ? AND pending_email = ?))
  RETURNING id`;

/** The second attempt sees a sign-up that committed at the same moment, and removes it. */
const TRIES = 2;

async function move(work: Work, em: EntityManager, step: AddressMove): Promise<AddressMoved | undefined> {
  const { userId, from, to } = step;
  const { now } = work;
  const key = comparedKey(work, to);
  await em.execute(LOCK_CODES, [userId]);
  await em.execute(END_CODES, [now, userId]);
  await em.execute(LOCK_CODES_OF_UNPROVEN, [to, key]);
  const removed = await em.execute<unknown[]>(REMOVE_UNPROVEN, [to, key, userId]);
  const moved = await em.execute<unknown[]>(MOVE, [to, key, now, now, userId, from, from, to]);
  return moved.length > 0 ? { replacedAccounts: removed.length } : undefined;
}

/**
 * Moves an account to an address that was just verified, and ends what was mailed to the old one. An account that never
 * verified the address is removed. Returns undefined, with nothing changed, if another account has verified the address
 * or this account changed in the meantime.
 */
export async function moveAddress(work: Work, step: AddressMove): Promise<AddressMoved | undefined> {
  for (let tries = 0; tries < TRIES; tries += 1) {
    try {
      // A savepoint, because the caller's transaction continues if the address is taken.
      return await work.em.transactional((inner) => move(work, inner, step));
    } catch (error) {
      if (!(error instanceof UniqueConstraintViolationException)) throw error;
    }
  }
  return undefined;
}

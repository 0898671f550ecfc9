import { type EntityManager, UniqueConstraintViolationException } from '@mikro-orm/postgresql';
import { codeLockOrder } from '../locks.js';
import { comparedKey } from '../users/address-owner.js';
import type { Work } from '../work.js';

/** Which account moves, and to which address. */
export interface AddressMove {
  userId: string;
  /** The address that it must still have while it waits for the new one; null for a move that it did not ask for. */
  from: string | null;
  to: string;
}

/** What became of it. */
export interface AddressMoved {
  /** Accounts that never proved the address and gave way. */
  replacedAccounts: number;
}

const LOCK_CODES = `
  SELECT 1 FROM one_time_codes WHERE user_id = ? AND purpose NOT IN ('REVERT_EMAIL', 'REPORT_SESSION')
  ORDER BY ${codeLockOrder()}, address FOR UPDATE`;

/** Codes and tickets that went to the address that is left. The way back is another matter, and so are sessions. */
const END_CODES = `
  UPDATE one_time_codes SET consumed_at = ?
  WHERE user_id = ? AND consumed_at IS NULL AND purpose NOT IN ('REVERT_EMAIL', 'REPORT_SESSION')`;

/** Whoever uses one of these codes at this moment is waited for, as every use locks the code before the user. */
const LOCK_CODES_OF_UNPROVEN = `
  SELECT 1 FROM one_time_codes code JOIN users ON users.id = code.user_id
  WHERE (users.email = ? OR users.email_key = ?) AND users.email_verified_at IS NULL
  ORDER BY ${codeLockOrder('code.purpose')}, code.address FOR UPDATE OF code`;

/** Somebody signed up with the address and never proved it: it is nobody's, and the account was never used. */
const REMOVE_UNPROVEN = `
  DELETE FROM users
  WHERE (email = ? OR email_key = ?) AND id <> ? AND email_verified_at IS NULL AND disabled_at IS NULL
  RETURNING id`;

const MOVE = `
  UPDATE users SET email = ?, email_key = ?, email_verified_at = ?, pending_email = NULL, updated_at = ?
  WHERE id = ? AND (?::text IS NULL OR (email = ? AND pending_email = ?))
  RETURNING id`;

/** A sign-up that commits in the same moment is seen by the second try, and gives way. */
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
 * Gives an account an address that was just proven, and ends what was mailed to the one before. An account that never proved
 * the address gives way to whoever does. Undefined, with nothing changed, where another account has proven it, or the account changed meanwhile.
 */
export async function moveAddress(work: Work, step: AddressMove): Promise<AddressMoved | undefined> {
  for (let tries = 0; tries < TRIES; tries += 1) {
    try {
      // A savepoint, as the caller's transaction goes on when the address is taken.
      return await work.em.transactional((inner) => move(work, inner, step));
    } catch (error) {
      if (!(error instanceof UniqueConstraintViolationException)) throw error;
    }
  }
  return undefined;
}

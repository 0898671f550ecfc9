import { type EntityManager, UniqueConstraintViolationException } from '@mikro-orm/postgresql';
import { runAll, sql } from '../../lib/sql.js';
import { lockRows } from '../locks.js';
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

/** The codes and tickets that were mailed to the old address. Revert links and report links stay. */
const mailedCodes = (userId: string) => sql`user_id = ${userId} AND purpose NOT IN ('REVERT_EMAIL', 'REPORT_SESSION')`;

/** The accounts that never verified the address. Such an account was never used. */
const unverifiedHolders = (to: string, key: string | null) =>
  sql`(email = ${to} OR email_key = ${key}) AND email_verified_at IS NULL`;

const moveUser = ({ userId, from, to }: AddressMove, key: string | null, now: Date) => sql`
  UPDATE users SET email = ${to}, email_key = ${key}, email_verified_at = ${now}, pending_email = NULL, updated_at = ${now}
  WHERE id = ${userId} AND (${from}::text IS NULL OR (email = ${from} AND pending_email = ${to}))
  RETURNING id`;

/** The second attempt sees a sign-up that committed at the same moment, and removes it. */
const TRIES = 2;

async function move(work: Work, em: EntityManager, step: AddressMove): Promise<AddressMoved | undefined> {
  const { userId, to } = step;
  const { now } = work;
  const key = comparedKey(work, to);
  const holders = unverifiedHolders(to, key);
  const [, , , removed = [], moved = []] = await runAll(em, [
    lockRows('one_time_codes', mailedCodes(userId)),
    sql`UPDATE one_time_codes SET consumed_at = ${now} WHERE ${mailedCodes(userId)} AND consumed_at IS NULL`,
    // Waits for each use of a code of these accounts in progress, as every use locks the code before the user.
    lockRows('one_time_codes', sql`user_id = ANY(ARRAY(SELECT id FROM users WHERE ${holders}))`),
    sql`DELETE FROM users WHERE ${holders} AND id <> ${userId} AND disabled_at IS NULL RETURNING id`,
    moveUser(step, key, now),
  ]);
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

import type { EntityManager } from '@mikro-orm/postgresql';
import { addSeconds } from '../../lib/clock.js';
import { CODE_LOCK_ORDER, codeLockOrder } from '../locks.js';
import type { PurgeContext } from './purge-batches.js';

const BATCH = 100;

/** A disabled account stays, so that its address remains refused. An invited one stays while its invitation is valid. */
const UNVERIFIED = `
  email_verified_at IS NULL AND disabled_at IS NULL AND created_at < ? AND updated_at < ?
  AND (invited_until IS NULL OR invited_until < ?) AND NOT EXISTS (
    SELECT FROM one_time_codes c
    WHERE c.purpose = 'VERIFY_EMAIL' AND c.user_id = users.id AND c.consumed_at IS NULL AND c.link_expires_at > ?)`;
/** Uses the index of unverified accounts. */
export const FIND_UNVERIFIED = `SELECT id, email, created_at::text AS created FROM users
  WHERE ${UNVERIFIED} AND (created_at, id) > (?::timestamptz, ?::uuid) ORDER BY created_at, id LIMIT ${BATCH}`;
// Names every purpose, because the index begins with it.
const CODES = `address = ? AND purpose IN ('${CODE_LOCK_ORDER.join("','")}')`;
// Locks the codes before the user, in the common order. A concurrent verification or reset is waited for, and wins.
const LOCK_CODES = `SELECT FROM one_time_codes WHERE ${CODES} ORDER BY ${codeLockOrder()} FOR UPDATE`;
const LOCK_USER = `SELECT id FROM users WHERE id = ? AND email = ? AND ${UNVERIFIED} FOR UPDATE`;
const DELETE_CODES = `DELETE FROM one_time_codes WHERE ${CODES}`;
const DELETE_MAILS = `DELETE FROM outbox_messages WHERE recipient = ? AND status <> 'PENDING'`;
const DISOWN_MAILS = 'UPDATE outbox_messages SET user_id = NULL WHERE user_id = ?';
const DELETE_USER = 'DELETE FROM users WHERE id = ?';
/** A position before every account. */
const FIRST = ['-infinity', '00000000-0000-0000-0000-000000000000'];

interface Account {
  id: string;
  email: string;
  created: string;
}

async function deleteAccount(em: EntityManager, { id, email }: Account, times: readonly Date[]): Promise<boolean> {
  await em.execute(LOCK_CODES, [email]);
  const found = await em.execute<unknown[]>(LOCK_USER, [id, email, ...times]);
  if (found.length === 0) return false;
  await em.execute(DELETE_CODES, [email]);
  await em.execute(DELETE_MAILS, [email]);
  await em.execute(DISOWN_MAILS, [id]);
  await em.execute(DELETE_USER, [id]);
  return true;
}

/**
 * Deletes accounts whose address was never verified, with all their data: most of these addresses belong to people who
 * never asked for an account. The audit log keeps the events under ids that no longer identify anyone. Returns the
 * number of deleted accounts.
 */
export async function purgeUnverifiedAccounts(context: PurgeContext): Promise<number> {
  const now = context.clock.now();
  const before = addSeconds(now, -context.settings.purgeUnverifiedAfter);
  const times = [before, before, now, now];
  let deleted = 0;
  for (let last = FIRST; context.signal?.aborted !== true; ) {
    const accounts = await context.em.execute<Account[]>(FIND_UNVERIFIED, [...times, ...last]);
    for (const account of accounts) {
      const gone = await context.em.fork().transactional((em) => deleteAccount(em, account, times));
      deleted += Number(gone);
    }
    const end = accounts.at(-1);
    if (end === undefined || accounts.length < BATCH) break;
    last = [end.created, end.id];
    context.logger.info({ component: 'worker', rows: 'accounts', deleted }, 'old rows are being purged');
  }
  return deleted;
}

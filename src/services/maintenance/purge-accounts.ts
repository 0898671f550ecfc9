import type { EntityManager } from '@mikro-orm/postgresql';
import { addSeconds } from '../../lib/clock.js';
import { run, runAll, type Sql, sql } from '../../lib/sql.js';
import { ANY_PURPOSE, lockRows } from '../locks.js';
import type { PurgeContext } from './purge-batches.js';

const BATCH = 100;

interface Account {
  id: string;
  email: string;
  created: string;
}

/** A position before every account. */
const FIRST = { created: '-infinity', id: '00000000-0000-0000-0000-000000000000' };

/** The time of the purge, and the time before which an account was created and last changed. */
interface Times {
  now: Date;
  before: Date;
}

/** A disabled account stays, so that its address remains refused. An invited one stays while its invitation is valid. */
const unverified = ({ before, now }: Times): Sql => sql`
  email_verified_at IS NULL AND disabled_at IS NULL AND created_at < ${before} AND updated_at < ${before}
  AND (invited_until IS NULL OR invited_until < ${now}) AND NOT EXISTS (
    SELECT FROM one_time_codes c
    WHERE c.purpose = 'VERIFY_EMAIL' AND c.user_id = users.id AND c.consumed_at IS NULL AND c.link_expires_at > ${now})`;

/** Returns the statement that finds the next unverified accounts, by their index. */
export function findUnverified(times: Times, after: Pick<Account, 'created' | 'id'> = FIRST): Sql {
  return sql`SELECT id, email, created_at::text AS created FROM users
    WHERE ${unverified(times)} AND (created_at, id) > (${after.created}::timestamptz, ${after.id}::uuid)
    ORDER BY created_at, id LIMIT ${BATCH}`;
}

/** Deletes the account unless it was verified in the meantime: a verification or reset in progress is waited for, and wins. */
async function deleteAccount(em: EntityManager, { id, email }: Account, times: Times): Promise<boolean> {
  const codes = sql`address = ${email} AND ${ANY_PURPOSE}`;
  const user = sql`id = ${id} AND email = ${email} AND ${unverified(times)}`;
  const [, found = []] = await runAll(em, [lockRows('one_time_codes', codes), lockRows('users', user)]);
  if (found.length === 0) return false;
  await runAll(em, [
    sql`DELETE FROM one_time_codes WHERE ${codes}`,
    sql`DELETE FROM outbox_messages WHERE recipient = ${email} AND status <> 'PENDING'`,
    sql`UPDATE outbox_messages SET user_id = NULL WHERE user_id = ${id}`,
    sql`DELETE FROM users WHERE id = ${id}`,
  ]);
  return true;
}

/**
 * Deletes accounts whose address was never verified, with all their data: most of these addresses belong to people who
 * never asked for an account. The audit log keeps the events under ids that no longer identify anyone. Returns the
 * number of deleted accounts.
 */
export async function purgeUnverifiedAccounts(context: PurgeContext): Promise<number> {
  const now = context.clock.now();
  const times = { now, before: addSeconds(now, -context.settings.purgeUnverifiedAfter) };
  let deleted = 0;
  for (let last: Pick<Account, 'created' | 'id'> = FIRST; context.signal?.aborted !== true; ) {
    const accounts = await run<Account>(context.em, findUnverified(times, last));
    for (const account of accounts) {
      const gone = await context.em.fork().transactional((em) => deleteAccount(em, account, times));
      deleted += Number(gone);
    }
    const end = accounts.at(-1);
    if (end === undefined || accounts.length < BATCH) break;
    last = end;
    context.logger.info({ component: 'worker', rows: 'accounts', deleted }, 'old rows are being purged');
  }
  return deleted;
}

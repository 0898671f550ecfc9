import type { User } from '../../entities/user.js';
import { addSeconds } from '../../lib/clock.js';
import { sql } from '../../lib/sql.js';
import { findLocks } from '../attempts/current-locks.js';
import type { UseCaseContext } from '../use-case.js';

/** A lock of a name lasts no longer; only a reset ends the longest. */
const LONGEST_SECONDS = 366 * 86_400;
/** The latest locks that are looked at, however many an attack causes. */
const MOST_LOCKS = 5_000;

type Needs = Pick<UseCaseContext, 'query' | 'clock' | 'settings' | 'secretKeys'>;

/**
 * Returns the ids of the accounts whose names are locked now. The counters know keyed hashes of names and no accounts, so
 * the candidates are the accounts of the latest lock events.
 */
export async function findLockedUsers(context: Needs): Promise<string[]> {
  const since = addSeconds(context.clock.now(), -LONGEST_SECONDS);
  const { text, values } = sql`
    SELECT id, email, username_key AS "usernameKey" FROM users WHERE id IN (
      SELECT user_id FROM (
        SELECT user_id FROM audit_events
        WHERE type = 'ACCOUNT_LOCK' AND (NOT success OR type NOT IN ('LOGIN', 'REFRESH')) AND created_at > ${since}
        ORDER BY created_at DESC LIMIT ${MOST_LOCKS}) AS locks)`;
  const candidates = await context.query({ name: 'lock-candidates', text }, values);
  return [...(await findLocks(context, candidates as unknown as Pick<User, 'id' | 'email' | 'usernameKey'>[])).keys()];
}

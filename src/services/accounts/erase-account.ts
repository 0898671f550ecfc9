import { randomUUID } from 'node:crypto';
import type { EntityManager } from '@mikro-orm/postgresql';
import { User } from '../../entities/user.js';
import { run, runAll, sql, sqlText } from '../../lib/sql.js';
import { ANY_PURPOSE, lockRows, SKIP_HELD } from '../locks.js';
import { unusableHash } from '../passwords/unusable-hash.js';
import type { Work } from '../work.js';

/**
 * Selects the codes of the account, and the decoys kept under its address or id. A revert link that another account has
 * for the address stays.
 */
const codesOf = ({ id, email }: User) =>
  sql`user_id = ${id} OR (user_id IS NULL AND address IN (${email}, ${id}) AND ${ANY_PURPOSE})`;
/**
 * Also deletes codes issued since the lock. A code that another transaction holds is skipped, and its use finds a
 * disabled account.
 */
const deleteCodes = (user: User) => sql`
  DELETE FROM one_time_codes WHERE id IN (SELECT id FROM one_time_codes WHERE ${codesOf(user)} ${SKIP_HELD})`;
/**
 * Deletes the finished mails to the account's address, and every mail with a code of the account, whatever its
 * recipient. A pending mail would have nothing left to show.
 */
const deleteMails = ({ id, email }: User) => sql`
  DELETE FROM outbox_messages WHERE (recipient = ${email} AND status <> 'PENDING')
    OR code_id IN (SELECT id FROM one_time_codes WHERE user_id = ${id})`;
/**
 * Finds the addresses that hold a valid revert link for the account. They are notified that there is no account left to
 * revert.
 */
const findRevertLinks = (userId: string, now: Date) => sql`
  SELECT address FROM one_time_codes
  WHERE user_id = ${userId} AND purpose = 'REVERT_EMAIL' AND consumed_at IS NULL AND link_expires_at > ${now}`;
const clearClients = (userId: string) => sql`
  UPDATE sessions SET device_name = NULL, device_type = 'UNKNOWN', browser = NULL, operating_system = NULL,
    ip_address = NULL, city = NULL, country = NULL
  WHERE user_id = ${userId}`;

/** Tables that hold the rest of the account's data. */
const OWNED = [
  'password_history',
  'password_checks',
  'known_devices',
  'totp_credentials',
  'recovery_codes',
  'two_factor_challenges',
];

/** The columns that must not have changed since the account was read, in addition to its address. */
type Unchanged = Partial<Pick<User, 'passwordHash' | 'role' | 'disabledAt'>>;

/**
 * Clears the user's row if it still is as `expected`. The row stays while an access token may
 * name it, so that concurrent requests find a disabled account. The purge deletes it later.
 */
async function empty({ em, now, settings }: Work, { id, email }: User, expected: Unchanged): Promise<boolean> {
  const emptied = await em.nativeUpdate(
    User,
    { id, email, deletedAt: null, ...expected },
    {
      // A placeholder frees the address at once.
      email: `${randomUUID()}@deleted.invalid`,
      emailKey: null,
      pendingEmail: null,
      username: null,
      usernameKey: null,
      displayName: null,
      // A deleted admin must not prevent the creation of a first admin.
      role: settings.defaultRole,
      passwordHash: unusableHash(),
      passwordChangedAt: now,
      passwordBreachedAt: null,
      passwordContestedAt: null,
      passwordChangeRequiredAt: null,
      twoFactorEnabledAt: null,
      emailVerifiedAt: null,
      invitedUntil: null,
      lastLoginAt: null,
      locale: null,
      timezone: null,
      termsAcceptedAt: null,
      privacyPolicyAcceptedAt: null,
      disabledAt: now,
      deletedAt: now,
      updatedAt: now,
    },
  );
  return emptied === 1;
}

/** Waits for each use of a factor or code in progress, as every use locks it before the user's row. */
async function lock(em: EntityManager, user: User): Promise<void> {
  const owned = sql`user_id = ${user.id}`;
  await runAll(em, [
    lockRows('totp_credentials', owned),
    lockRows('two_factor_challenges', owned),
    lockRows('one_time_codes', codesOf(user)),
  ]);
}

/** Deletes everything but the user's row, and clears the client data of the sessions. */
async function deleteOwned(em: EntityManager, user: User): Promise<void> {
  await runAll(em, [
    clearClients(user.id),
    ...OWNED.map((table) => sql`DELETE FROM ${sqlText(table)} WHERE user_id = ${user.id}`),
    deleteMails(user),
    // The other emails are no longer needed.
    sql`UPDATE outbox_messages SET user_id = NULL WHERE user_id = ${user.id}`,
    deleteCodes(user),
  ]);
}

/** An account whose data was deleted. */
export interface ErasedAccount {
  /** The sessions that were alive. */
  endedSessions: string[];
  /** The account's address and those that hold a valid revert link, which are to be notified. */
  addresses: string[];
}

/**
 * Erases an account in the caller's transaction, which holds no lock but the advisory one. Its sessions end, and its
 * address and username are free at once. Returns undefined if it changed since it was read.
 */
export async function eraseAccount(
  work: Work,
  user: User,
  expected: Unchanged = {},
): Promise<ErasedAccount | undefined> {
  const { em, now } = work;
  const { id: userId, email } = user;
  await lock(em, user);
  if (!(await empty(work, user, expected))) return undefined;
  const endedSessions = await work.endSessions({ userId, exceptId: null }, 'ACCOUNT_DELETED');
  const revertLinks = await run<{ address: string }>(em, findRevertLinks(userId, now));
  await deleteOwned(em, user);
  return { endedSessions, addresses: [email, ...revertLinks.map(({ address }) => address)] };
}

import { randomUUID } from 'node:crypto';
import type { EntityManager } from '@mikro-orm/postgresql';
import { User } from '../../entities/user.js';
import { isProblem, type Problem, problem } from '../../problems.js';
import { recordRefusal } from '../audit/record-refusal.js';
import { CODE_LOCK_ORDER, codeLockOrder } from '../locks.js';
import { notifyOwner } from '../mail-outbox/notify-owner.js';
import { unusableHash } from '../passwords/unusable-hash.js';
import { type Factors, type FactorsProblem, proveFactors } from '../two-factor/prove-factors.js';
import type { Request, UseCaseContext } from '../use-case.js';
import { inTransaction, type Undone, undo, type Work } from '../work.js';
import { ADMIN_ROLE, isLastAdmin, lockAdmins } from './admins.js';

/** Input of `deleteAccount`: the current session and the factors to verify. */
export interface DeleteAccountInput extends Factors {
  sessionId: string;
}

/** The account was deleted. */
export interface AccountDeleted {
  kind: 'account-deleted';
  userId: string;
}

type Needs = Request & Pick<UseCaseContext, 'passwordHasher'>;

/**
 * Selects the codes of the account, and the decoys kept under its address or id. A revert link that another account has
 * for the address stays.
 */
const CODES = `user_id = ? OR (user_id IS NULL AND address IN (?, ?) AND purpose IN ('${CODE_LOCK_ORDER.join("','")}'))`;
/** Every use of one of these locks it before the user's row, so the deletion waits for it. */
const LOCK_FACTORS = [
  'SELECT 1 FROM totp_credentials WHERE user_id = ? FOR UPDATE',
  'SELECT 1 FROM two_factor_challenges WHERE user_id = ? ORDER BY id FOR UPDATE',
];
const LOCK_CODES = `
  SELECT id FROM one_time_codes WHERE ${CODES}
  ORDER BY ${codeLockOrder()}, address FOR UPDATE`;
/**
 * Also deletes codes issued since the lock. A code that another transaction holds is skipped, and its use finds a
 * disabled account.
 */
const DELETE_CODES = `
  DELETE FROM one_time_codes WHERE id IN (SELECT id FROM one_time_codes WHERE ${CODES} FOR UPDATE SKIP LOCKED)`;
/**
 * Deletes the finished mails to the account's address, and every mail with a code of the account, whatever its
 * recipient. A pending mail would have nothing left to show.
 */
const DELETE_MAILS = `
  DELETE FROM outbox_messages WHERE (recipient = ? AND status <> 'PENDING')
    OR code_id IN (SELECT id FROM one_time_codes WHERE user_id = ?)`;
/** The other mails concern nobody any more. */
const DISOWN_MAILS = 'UPDATE outbox_messages SET user_id = NULL WHERE user_id = ?';
/**
 * Finds the addresses that hold a valid revert link for the account. They are notified that there is no account left to
 * revert.
 */
const FIND_WAYS_BACK = `
  SELECT address FROM one_time_codes
  WHERE user_id = ? AND purpose = 'REVERT_EMAIL' AND consumed_at IS NULL AND link_expires_at > ?`;
const FORGET_CLIENTS = `
  UPDATE sessions SET device_name = NULL, device_type = 'UNKNOWN', browser = NULL, operating_system = NULL,
    ip_address = NULL, city = NULL, country = NULL
  WHERE user_id = ?`;

/** Tables that hold the rest of the account's data. */
const OWNED = [
  'password_history',
  'password_checks',
  'known_devices',
  'totp_credentials',
  'recovery_codes',
  'two_factor_challenges',
];

/**
 * Clears the user's row if it is unchanged since the password was verified. The row stays while an access token may
 * name it, so that concurrent requests find a disabled account. The purge deletes it later.
 */
async function empty({ em, now, settings }: Work, user: User): Promise<boolean> {
  const { id, email, passwordHash, role } = user;
  const emptied = await em.nativeUpdate(
    User,
    { id, email, passwordHash, role, disabledAt: null },
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
      twoFactorEnabledAt: null,
      emailVerifiedAt: null,
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

/** Locks the rows that other transactions lock before the user's row, in the same order. */
async function lock(em: EntityManager, { id, email }: User): Promise<void> {
  for (const statement of LOCK_FACTORS) await em.execute(statement, [id]);
  await em.execute(LOCK_CODES, [id, email, id]);
}

/** Deletes everything but the user's row, and clears the client data of the sessions. */
async function deleteOwned(em: EntityManager, { id, email }: User): Promise<void> {
  await em.execute(FORGET_CLIENTS, [id]);
  for (const table of OWNED) await em.execute(`DELETE FROM ${table} WHERE user_id = ?`, [id]);
  await em.execute(DELETE_MAILS, [email, id]);
  await em.execute(DISOWN_MAILS, [id]);
  await em.execute(DELETE_CODES, [id, email, id]);
}

/** Notifies the account's address and the addresses that hold a valid revert link. */
async function tellOwner(work: Work, user: User, waysBack: { address: string }[]): Promise<void> {
  const { locale, displayName, timezone } = user;
  for (const email of [user.email, ...waysBack.map(({ address }) => address)]) {
    await notifyOwner(work, { email, locale, displayName, timezone }, 'account-deleted');
  }
}

async function erase(
  work: Work,
  user: User,
  { sessionId }: DeleteAccountInput,
): Promise<AccountDeleted | Problem<'CONFLICT'> | Undone<Problem<'UNAUTHENTICATED'>>> {
  const { em, now } = work;
  const { id: userId } = user;
  if (user.role === ADMIN_ROLE) await lockAdmins(em);
  if (await isLastAdmin(em, user)) return problem('CONFLICT');
  await lock(em, user);
  if (!(await empty(work, user))) return undo(problem('UNAUTHENTICATED'));
  const endedSessions = await work.endSessions({ userId, exceptId: null }, 'ACCOUNT_DELETED');
  // A session that was ended in the meantime must not complete the deletion.
  if (!endedSessions.includes(sessionId)) return undo(problem('UNAUTHENTICATED'));
  const waysBack = await em.execute<{ address: string }[]>(FIND_WAYS_BACK, [userId, now]);
  await deleteOwned(em, user);
  const metadata = { endedSessions: endedSessions.length };
  await work.record({ type: 'ACCOUNT_DELETE', userId, actorId: userId, metadata });
  await tellOwner(work, user, waysBack);
  return { kind: 'account-deleted', userId };
}

/**
 * Deletes the account of a user who verifies every factor. Its sessions end, and its address and username are free at
 * once. Nothing is left that names a person: the audit log keeps the events under an id that no longer identifies
 * anyone (ASVS 14.2.7). The deletion cannot be undone. The last admin cannot be deleted.
 */
export async function deleteAccount(
  context: Needs,
  input: DeleteAccountInput,
): Promise<AccountDeleted | FactorsProblem | Problem<'UNAUTHENTICATED' | 'CONFLICT'>> {
  const user = await proveFactors(context, input);
  const outcome = isProblem(user) ? user : await inTransaction(context, (work) => erase(work, user, input));
  return isProblem(outcome) ? await recordRefusal(context, 'ACCOUNT_DELETE', input.userId, outcome) : outcome;
}

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

/** Who deletes their account, in which session, and what they prove it with. */
export interface DeleteAccountInput extends Factors {
  sessionId: string;
}

/** The account is gone. */
export interface AccountDeleted {
  kind: 'account-deleted';
  userId: string;
}

type Needs = Request & Pick<UseCaseContext, 'passwordHasher'>;

/** What is bound to its address or id and belongs to nobody; the way back of somebody who had the address before stays. */
const CODES = `user_id = ? OR (user_id IS NULL AND address IN (?, ?) AND purpose IN ('${CODE_LOCK_ORDER.join("','")}'))`;
/** Whoever uses one of these holds it before the user's row, and is waited for. */
const LOCK_FACTORS = [
  'SELECT 1 FROM totp_credentials WHERE user_id = ? FOR UPDATE',
  'SELECT 1 FROM two_factor_challenges WHERE user_id = ? ORDER BY id FOR UPDATE',
];
const LOCK_CODES = `
  SELECT id FROM one_time_codes WHERE ${CODES}
  ORDER BY ${codeLockOrder()}, address FOR UPDATE`;
/** Those too that came since they were locked; one that somebody holds by now will find a disabled account. */
const DELETE_CODES = `
  DELETE FROM one_time_codes WHERE id IN (SELECT id FROM one_time_codes WHERE ${CODES} FOR UPDATE SKIP LOCKED)`;
/** What was sent to the account's address, and each mail about a code of its own, wherever it went: one that waits shows nothing any more. */
const DELETE_MAILS = `
  DELETE FROM outbox_messages WHERE (recipient = ? AND status <> 'PENDING')
    OR code_id IN (SELECT id FROM one_time_codes WHERE user_id = ?)`;
/** Addresses that could take the account back: whoever has them learns that there is nothing left to take. */
const FIND_WAYS_BACK = `
  SELECT address FROM one_time_codes
  WHERE user_id = ? AND purpose = 'REVERT_EMAIL' AND consumed_at IS NULL AND link_expires_at > ?`;
const FORGET_CLIENTS = `
  UPDATE sessions SET device_name = NULL, device_type = 'UNKNOWN', browser = NULL, operating_system = NULL,
    ip_address = NULL, city = NULL, country = NULL
  WHERE user_id = ?`;

/** Where the rest of what belongs to an account is kept. */
const OWNED = [
  'password_history',
  'password_checks',
  'known_devices',
  'totp_credentials',
  'recovery_codes',
  'two_factor_challenges',
];

/**
 * Empties the user's row, while it is as it was when its password was proven. It stays for as long as an access token may
 * name it, so that whatever is under way finds a disabled account; then the purge deletes it.
 */
async function empty({ em, now, settings }: Work, user: User): Promise<boolean> {
  const { id, email, passwordHash, role } = user;
  const emptied = await em.nativeUpdate(
    User,
    { id, email, passwordHash, role, disabledAt: null },
    {
      // A name that nobody has: its address and username are free at once.
      email: `${randomUUID()}@deleted.invalid`,
      emailKey: null,
      pendingEmail: null,
      username: null,
      usernameKey: null,
      displayName: null,
      // An admin who is gone must not be in the way of a first one.
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

/** Holds what others hold before the user's row, in the order in which they do. */
async function lock(em: EntityManager, { id, email }: User): Promise<void> {
  for (const statement of LOCK_FACTORS) await em.execute(statement, [id]);
  await em.execute(LOCK_CODES, [id, email, id]);
}

/** Everything but the row itself, and what the sessions held of their clients. */
async function deleteOwned(em: EntityManager, { id, email }: User): Promise<void> {
  await em.execute(FORGET_CLIENTS, [id]);
  for (const table of OWNED) await em.execute(`DELETE FROM ${table} WHERE user_id = ?`, [id]);
  await em.execute(DELETE_MAILS, [email, id]);
  await em.execute(DELETE_CODES, [id, email, id]);
}

/** Tells the address of the account, and those that it was taken from a short while ago. */
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
  // Whoever ended this session meant to stop whatever it would do.
  if (!endedSessions.includes(sessionId)) return undo(problem('UNAUTHENTICATED'));
  const waysBack = await em.execute<{ address: string }[]>(FIND_WAYS_BACK, [userId, now]);
  await deleteOwned(em, user);
  const metadata = { endedSessions: endedSessions.length };
  await work.record({ type: 'ACCOUNT_DELETE', userId, actorId: userId, metadata });
  await tellOwner(work, user, waysBack);
  return { kind: 'account-deleted', userId };
}

/**
 * Deletes the account of a user who verifies every factor. Its sessions end, address and username
 * are free at once, and nothing that tells of a person is left: the audit log keeps what happened by an id that names nobody
 * any more (ASVS 14.2.7). It cannot be taken back; the last admin stays.
 */
export async function deleteAccount(
  context: Needs,
  input: DeleteAccountInput,
): Promise<AccountDeleted | FactorsProblem | Problem<'UNAUTHENTICATED' | 'CONFLICT'>> {
  const user = await proveFactors(context, input);
  const outcome = isProblem(user) ? user : await inTransaction(context, (work) => erase(work, user, input));
  return isProblem(outcome) ? await recordRefusal(context, 'ACCOUNT_DELETE', input.userId, outcome) : outcome;
}

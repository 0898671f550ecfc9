import { randomUUID } from 'node:crypto';
import type { EntityManager } from '@mikro-orm/postgresql';
import type { OneTimeCodePurpose } from '../../entities/one-time-code.js';
import { User } from '../../entities/user.js';
import { isProblem, type Problem, problem } from '../../problems.js';
import { recordEvent } from '../audit/record-event.js';
import { recordRefusal } from '../audit/record-refusal.js';
import { handOver } from '../mail-outbox/hand-over.js';
import { writeNotice } from '../mail-outbox/write-notice.js';
import { unusableHash } from '../passwords/unusable-hash.js';
import { endedInBetween, endedMeanwhile } from '../sessions/ended-meanwhile.js';
import { requireRecentAuthentication } from '../sessions/recent-authentication.js';
import { revokeSessions } from '../sessions/revoke-sessions.js';
import { type Factors, type FactorsContext, type FactorsProblem, proveFactors } from '../two-factor/prove-factors.js';
import type { UseCaseContext } from '../use-case.js';
import { ADMIN_ROLE, isLastAdmin, lockAdmins } from './admins.js';

/** Who deletes their account, in which session, and what they prove it with. */
export interface DeleteAccountInput extends Factors {
  sessionId: string;
  authenticatedAt: Date;
}

/** The account is gone. */
export interface AccountDeleted {
  kind: 'account-deleted';
  userId: string;
}

type Needs = FactorsContext & Pick<UseCaseContext, 'revocations'>;

/** What the transaction leaves to be done after it. */
interface Deleted {
  kind: 'deleted';
  endedSessions: string[];
  outboxIds: string[];
}

/** In the order in which everybody takes them who takes more than one. */
const PURPOSES: readonly OneTimeCodePurpose[] = [
  'REPORT_SESSION',
  'CHANGE_EMAIL',
  'REVERT_EMAIL',
  'RESET_PASSWORD',
  'RESET_TICKET',
  'VERIFY_EMAIL',
  'EXCHANGE',
];
/** What is bound to its address or id and belongs to nobody; the way back of somebody who had the address before stays. */
const CODES = `user_id = ? OR (user_id IS NULL AND address IN (?, ?) AND purpose IN ('${PURPOSES.join("','")}'))`;
/** Whoever uses one of these holds it before the user's row, and is waited for. */
const LOCK_FACTORS = [
  'SELECT 1 FROM totp_credentials WHERE user_id = ? FOR UPDATE',
  'SELECT 1 FROM two_factor_challenges WHERE user_id = ? ORDER BY id FOR UPDATE',
];
const LOCK_CODES = `
  SELECT id FROM one_time_codes WHERE ${CODES}
  ORDER BY array_position('{${PURPOSES.join(',')}}'::text[], purpose::text), address FOR UPDATE`;
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
async function empty(context: Needs, em: EntityManager, user: User): Promise<boolean> {
  const now = context.clock.now();
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
      role: context.settings.defaultRole,
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
async function tellOwner(context: Needs, em: EntityManager, user: User, waysBack: string[]): Promise<string[]> {
  const { locale, displayName, timezone } = user;
  const outboxIds: string[] = [];
  for (const email of [user.email, ...waysBack]) {
    outboxIds.push(await writeNotice(em, context, { email, locale, displayName, timezone }, 'account-deleted'));
  }
  return outboxIds;
}

async function erase(
  context: Needs,
  em: EntityManager,
  user: User,
  { sessionId }: DeleteAccountInput,
): Promise<Deleted | Problem<'CONFLICT'>> {
  const { id: userId } = user;
  const now = context.clock.now();
  if (user.role === ADMIN_ROLE) await lockAdmins(em);
  if (await isLastAdmin(em, user)) return problem('CONFLICT');
  await lock(em, user);
  if (!(await empty(context, em, user))) throw endedInBetween();
  const endedSessions = await revokeSessions(em, { userId, exceptId: null }, 'ACCOUNT_DELETED', now);
  // Thrown, so that nothing of the transaction stays: whoever ended this session meant whatever it would do.
  if (!endedSessions.includes(sessionId)) throw endedInBetween();
  const waysBack = await em.execute<{ address: string }[]>(FIND_WAYS_BACK, [userId, now]);
  await deleteOwned(em, user);
  const metadata = { endedSessions: endedSessions.length };
  await recordEvent(em, context, { type: 'ACCOUNT_DELETE', userId, actorId: userId, metadata });
  const addresses = waysBack.map(({ address }) => address);
  return { kind: 'deleted', endedSessions, outboxIds: await tellOwner(context, em, user, addresses) };
}

/**
 * Deletes the account of somebody who is recently signed in and proves every factor. Its sessions end, address and username
 * are free at once, and nothing that tells of a person is left: the audit log keeps what happened by an id that names nobody
 * any more (ASVS 14.2.7). It cannot be taken back; the last admin stays.
 */
export async function deleteAccount(
  context: Needs,
  input: DeleteAccountInput,
): Promise<AccountDeleted | FactorsProblem | Problem<'REAUTHENTICATION_REQUIRED' | 'UNAUTHENTICATED' | 'CONFLICT'>> {
  const { userId } = input;
  const user = requireRecentAuthentication(context, input.authenticatedAt) ?? (await proveFactors(context, input));
  if (isProblem(user)) return await recordRefusal(context, 'ACCOUNT_DELETE', userId, user);
  const transaction = context.em.fork().transactional((em) => erase(context, em, user, input));
  const deleted = await transaction.catch(endedMeanwhile);
  if (isProblem(deleted)) return await recordRefusal(context, 'ACCOUNT_DELETE', userId, deleted);
  context.revocations.announce(deleted.endedSessions);
  for (const outboxId of deleted.outboxIds) handOver(context, outboxId);
  return { kind: 'account-deleted', userId };
}

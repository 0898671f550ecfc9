import { randomUUID } from 'node:crypto';
import type { EntityManager } from '@mikro-orm/postgresql';
import type { OneTimeCodePurpose } from '../../entities/one-time-code.js';
import { OutboxMessage } from '../../entities/outbox-message.js';
import { User } from '../../entities/user.js';
import { isProblem, type Problem } from '../../problems.js';
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
  outboxId: string;
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
const LOCK_CODES = `
  SELECT id FROM one_time_codes WHERE user_id = ? OR address IN (?, ?)
  ORDER BY array_position('{${PURPOSES.join(',')}}'::text[], purpose::text), address FOR UPDATE`;
const DELETE_CODES = 'DELETE FROM one_time_codes WHERE user_id = ? OR address IN (?, ?)';
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
  const { id, email, passwordHash } = user;
  const emptied = await em.nativeUpdate(
    User,
    { id, email, passwordHash, disabledAt: null },
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

async function erase(
  context: Needs,
  em: EntityManager,
  user: User,
  { sessionId }: DeleteAccountInput,
): Promise<Deleted> {
  const { id: userId, email } = user;
  await em.execute(LOCK_CODES, [userId, email, userId]);
  await em.execute(DELETE_CODES, [userId, email, userId]);
  if (!(await empty(context, em, user))) throw endedInBetween();
  const endedSessions = await revokeSessions(em, { userId, exceptId: null }, 'ACCOUNT_DELETED', context.clock.now());
  // Thrown, so that nothing of the transaction stays: whoever ended this session meant whatever it would do.
  if (!endedSessions.includes(sessionId)) throw endedInBetween();
  await em.execute(FORGET_CLIENTS, [userId]);
  for (const table of OWNED) await em.execute(`DELETE FROM ${table} WHERE user_id = ?`, [userId]);
  await em.nativeDelete(OutboxMessage, { recipient: email, status: { $ne: 'PENDING' } });
  const metadata = { endedSessions: endedSessions.length };
  await recordEvent(em, context, { type: 'ACCOUNT_DELETE', userId, actorId: userId, metadata });
  return { kind: 'deleted', endedSessions, outboxId: await writeNotice(em, context, user, 'account-deleted') };
}

/**
 * Deletes the account of somebody who is recently signed in and proves every factor. Its sessions end, address and username
 * are free at once, and nothing that tells of a person is left: the audit log keeps what happened by an id that names nobody
 * any more (ASVS 14.2.7). It cannot be taken back.
 */
export async function deleteAccount(
  context: Needs,
  input: DeleteAccountInput,
): Promise<AccountDeleted | FactorsProblem | Problem<'REAUTHENTICATION_REQUIRED' | 'UNAUTHENTICATED'>> {
  const { userId } = input;
  const user = requireRecentAuthentication(context, input.authenticatedAt) ?? (await proveFactors(context, input));
  if (isProblem(user)) return await recordRefusal(context, 'ACCOUNT_DELETE', userId, user);
  const transaction = context.em.fork().transactional((em) => erase(context, em, user, input));
  const deleted = await transaction.catch(endedMeanwhile);
  if (isProblem(deleted)) return await recordRefusal(context, 'ACCOUNT_DELETE', userId, deleted);
  context.revocations.announce(deleted.endedSessions);
  handOver(context, deleted.outboxId);
  return { kind: 'account-deleted', userId };
}

import { OutboxMessage } from '../../entities/outbox-message.js';
import type { User } from '../../entities/user.js';
import { run, sql } from '../../lib/sql.js';
import { ADMIN_ROLE, hasAdmin, lockAdmins } from '../accounts/admins.js';
import { dropChoices } from '../accounts/verify-email.js';
import type { AuditEventType } from '../audit/events.js';
import { lockOrMakeCode } from '../one-time-codes/issue.js';
import type { Request } from '../use-case.js';
import { comparedKey, findAddressOwner } from '../users/address-owner.js';
import { inTransaction, type Work } from '../work.js';
import { isInvited, mailInvitation } from './code-mail.js';
import { createInvited } from './invite-user.js';
import { lockAccount } from './lock-account.js';
import { notifyUser } from './notify-user.js';

/**
 * What became of the first admin. EXISTS: there is an admin. WAITING: the invitation has not been accepted yet. DISABLED:
 * the account of the address is disabled, and stays so. RAISED: the owner of the address had an account, which is an
 * admin now.
 */
export type FirstAdmin = 'EXISTS' | 'WAITING' | 'DISABLED' | 'RAISED' | 'INVITED';

const FACTS = { by: 'operator', reason: 'FIRST_ADMIN' };

async function record(work: Work, type: AuditEventType, userId: string, role = ADMIN_ROLE): Promise<void> {
  await work.record({ type, userId, metadata: { ...FACTS, role } });
}

/** Withdraws the role of earlier invitations of this kind: the address was corrected, and nobody accepted them. */
async function withdrawOthers(work: Work, email: string): Promise<void> {
  const { em, now, settings } = work;
  const { defaultRole } = settings;
  const withdrawn = await run<{ id: string }>(
    em,
    sql`UPDATE users SET role = ${defaultRole}, updated_at = ${now}
      WHERE role = ${ADMIN_ROLE} AND email_verified_at IS NULL AND email <> ${email} AND EXISTS (
        SELECT FROM audit_events e WHERE e.user_id = users.id AND e.type = 'USER_INVITE'
          AND e.metadata->>'reason' = ${FACTS.reason})
      RETURNING id`,
  );
  for (const { id } of withdrawn) await record(work, 'ROLE_CHANGE', id, defaultRole);
}

/** Returns whether the mail server rejected the last invitation for good. */
async function hasFailed({ em }: Work, { id: userId }: User): Promise<boolean> {
  const [last] = await em.find(
    OutboxMessage,
    { userId, mail: 'invitation' },
    { orderBy: { createdAt: 'desc' }, limit: 1 },
  );
  return last?.status === 'FAILED';
}

/** Returns whether the account waits as an invited admin, with a link that still works. */
async function isWaiting(work: Work, user: User): Promise<boolean> {
  const isValid = user.role === ADMIN_ROLE && user.invitedUntil != null && user.invitedUntil > work.now;
  return isValid && !(await hasFailed(work, user));
}

async function raise(work: Work, user: User): Promise<FirstAdmin> {
  user.role = ADMIN_ROLE;
  user.updatedAt = work.now;
  await work.em.flush();
  await record(work, 'ROLE_CHANGE', user.id);
  await notifyUser(work, user, 'role-changed', { role: ADMIN_ROLE });
  return 'RAISED';
}

async function invite(work: Work, email: string): Promise<FirstAdmin> {
  const { em, secretKeys } = work;
  // The code is locked before the account, in the common order.
  const owner = await findAddressOwner(em, email, comparedKey(work, email));
  const address = owner?.email ?? email;
  const previous = await lockOrMakeCode(em, secretKeys, 'RESET_PASSWORD', address);
  await withdrawOthers(work, address);
  const isKnown = owner !== null && (await lockAccount(work, owner)) && owner.email === address;
  const user = isKnown ? owner : await createInvited(work, { email, role: ADMIN_ROLE });
  // Somebody took or left the address at this very moment; the next start finds it settled.
  if (user === null) return 'WAITING';
  if (user.disabledAt != null) return 'DISABLED';
  if (user.emailVerifiedAt != null) return await raise(work, user);
  if (isKnown && (await isWaiting(work, user))) return 'WAITING';
  // A stranger may have signed up with the address: their password must not open the account of an admin.
  if (isKnown && !isInvited(user)) dropChoices(work, user);
  user.role = ADMIN_ROLE;
  await record(work, 'USER_INVITE', user.id);
  await mailInvitation(work, user, previous);
  return 'INVITED';
}

/**
 * Invites the first admin by email while no admin exists. Of several processes that start together one does it. The
 * invitation is mailed again only if it expired or its email was rejected.
 */
export async function inviteFirstAdmin(request: Request, email: string): Promise<FirstAdmin> {
  if (await hasAdmin(request.em)) return 'EXISTS';
  return await inTransaction(request, async (work) => {
    await lockAdmins(work.em);
    if (await hasAdmin(work.em)) return 'EXISTS';
    return await invite(work, email);
  });
}

import type { User } from '../../entities/user.js';
import type { AdminInput } from '../../inputs/admin.js';
import { addSeconds } from '../../lib/clock.js';
import { type Problem, problem } from '../../problems.js';
import { lockOrMakeCode } from '../one-time-codes/issue.js';
import { unusableHash } from '../passwords/unusable-hash.js';
import type { Request } from '../use-case.js';
import { comparedKey, findAddressOwner } from '../users/address-owner.js';
import { inTransaction, type Work } from '../work.js';
import { stillHasRole, type UserActed } from './act-on-user.js';
import { type Administrator, actorOf, administratorFacts } from './administrator.js';
import { mailInvitation, withMailStatus } from './code-mail.js';
import { insertAccount } from './insert-account.js';

/** The account of an invited person. Its role is the default role unless it is given. */
export type Invitation = Pick<AdminInput<'inviteUser'>, 'email' | 'role' | 'displayName' | 'locale'>;

type InviteProblem = Problem<'FORBIDDEN' | 'CONFLICT'>;

/** Creates an account with a password that nobody has. Returns null if the address has an account by now. */
export async function createInvited(work: Work, invitation: Invitation): Promise<User | null> {
  const invitedUntil = addSeconds(work.now, work.settings.invitationTtl);
  return await insertAccount(work, { ...invitation, passwordHash: unusableHash(), invitedUntil });
}

async function recordInvitation(work: Work, by: Administrator, user: User | null, code?: string): Promise<void> {
  const facts: Record<string, string> = code === undefined ? { role: user?.role ?? '' } : { problem: code };
  const metadata = { ...administratorFacts(by), ...facts };
  const success = code === undefined;
  await work.record({ type: 'USER_INVITE', success, userId: user?.id ?? null, actorId: actorOf(by), metadata });
}

async function invite(work: Work, by: Administrator, invitation: Invitation): Promise<UserActed | InviteProblem> {
  const { em, secretKeys } = work;
  const { email } = invitation;
  const refuse = async (code: 'FORBIDDEN' | 'CONFLICT', owner: User | null = null) => {
    await recordInvitation(work, by, owner, code);
    return problem(code);
  };
  const isAllowed = async () => by.kind === 'operator' || (await stillHasRole(work, by));
  if (!(await isAllowed())) return await refuse('FORBIDDEN');
  // Locked before the user's row, in the common order.
  const previous = await lockOrMakeCode(em, secretKeys, 'RESET_PASSWORD', email);
  // The role may have changed while the transaction waited.
  if (!(await isAllowed())) return await refuse('FORBIDDEN');
  const owner = await findAddressOwner(em, email, comparedKey(work, email));
  const user = owner === null ? await createInvited(work, invitation) : null;
  if (user === null) return await refuse('CONFLICT', owner);
  await recordInvitation(work, by, user);
  await mailInvitation(work, user, previous);
  return { kind: 'user-acted', userId: user.id, email, endedSessions: 0, mailStatus: null };
}

/**
 * Creates an account with an unverified address and no usable password, and mails its owner a link that sets the first
 * password and verifies the address. CONFLICT if the address has an account.
 */
export async function inviteUser(
  request: Request,
  by: Administrator,
  invitation: Invitation,
): Promise<UserActed | InviteProblem> {
  return await withMailStatus(
    request,
    inTransaction(request, (work) => invite(work, by, invitation)),
  );
}

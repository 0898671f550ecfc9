import { randomUUID } from 'node:crypto';
import { UniqueConstraintViolationException } from '@mikro-orm/core';
import { User } from '../../entities/user.js';
import type { AdminInput } from '../../inputs/admin.js';
import { type Problem, problem } from '../../problems.js';
import { ADMIN_ROLE, hasAdmin, lockAdmins } from '../accounts/admins.js';
import { lockOne } from '../locks.js';
import { refusePassword } from '../passwords/policy.js';
import type { Request, UseCaseContext } from '../use-case.js';
import { comparedKey, findAddressOwner } from '../users/address-owner.js';
import { droppedChoices } from '../users/dropped-choices.js';
import { inTransaction, type Work } from '../work.js';

type Created = { kind: 'admin-created'; email: string };
type Needs = Request & Pick<UseCaseContext, 'passwordHasher'>;

/** Returns the comparison key of the address; null if there is none or another spelling already has an account. */
async function freeKey(work: Work, email: string): Promise<string | null> {
  const key = comparedKey(work, email);
  if (key === null) return null;
  return (await work.em.count(User, { emailKey: key, email: { $ne: email } })) > 0 ? null : key;
}

/** Locks the account that has the mailbox, in any spelling. */
async function lockOwner(work: Work, email: string): Promise<User | null> {
  const owner = await findAddressOwner(work.em, email, comparedKey(work, email));
  return owner && (await lockOne(work.em, User, { id: owner.id }, { refresh: true }));
}

async function record(work: Work, userId: string, isNew: boolean): Promise<void> {
  const metadata = { by: 'operator', reason: 'FIRST_ADMIN' };
  await work.record({ type: isNew ? 'SIGN_UP' : 'PASSWORD_CHANGE', userId, metadata });
  await work.record({ type: 'ROLE_CHANGE', userId, metadata: { ...metadata, role: ADMIN_ROLE } });
}

/**
 * Creates the first admin, or gives an existing account the role. Refused once an admin exists: later admins are
 * appointed by admins, and there is no default account (ASVS 6.3.2). An existing account keeps the spelling of its
 * address.
 */
export async function createFirstAdmin(
  context: Needs,
  { email, password }: AdminInput<'createFirstAdmin'>,
): Promise<Created | Problem<'FORBIDDEN' | 'PASSWORD_REJECTED'>> {
  const refused = refusePassword(context.settings, password, { email });
  if (refused !== undefined) return refused;
  const passwordHash = await context.passwordHasher.hash(password);
  const create = () => inTransaction(context, (work) => createOrRaise(work, email, password, passwordHash));
  return await create().catch(async (cause: unknown) => {
    // Somebody signed up with the address meanwhile, so the account is there now.
    if (!(cause instanceof UniqueConstraintViolationException)) throw cause;
    return await create();
  });
}

async function createOrRaise(
  work: Work,
  email: string,
  password: string,
  passwordHash: string,
): Promise<Created | Problem<'FORBIDDEN'>> {
  const { em, now } = work;
  await lockAdmins(em);
  if (await hasAdmin(em)) return problem('FORBIDDEN');
  const known = await lockOwner(work, email);
  const user = known ?? Object.assign(new User(), { id: randomUUID(), email, createdAt: now });
  const emailKey = await freeKey(work, user.email);
  // An unverified account may have been created by someone other than the owner of the address.
  if (user.emailVerifiedAt == null) Object.assign(user, droppedChoices(work));
  const proven = { role: ADMIN_ROLE, emailKey, passwordHash, emailVerifiedAt: now, disabledAt: null };
  const marks = { passwordBreachedAt: null, passwordContestedAt: null, passwordChangeRequiredAt: null };
  const fresh = { ...marks, passwordChangedAt: now, updatedAt: now };
  em.persist(Object.assign(user, proven, fresh));
  await em.flush();
  await record(work, user.id, known === null);
  await work.checkPassword({ userId: user.id, password, passwordChangedAt: now });
  // The current sessions did not verify the new password.
  await work.endSessions({ userId: user.id, exceptId: null }, 'REPLACED');
  return { kind: 'admin-created', email: user.email };
}

import type { EntityManager } from '@mikro-orm/postgresql';
import { User } from '../../entities/user.js';
import { lockAdvisory } from '../locks.js';

/** The role with every permission. */
export const ADMIN_ROLE = 'admin';

/**
 * Serialises the transactions that create the first admin or remove an admin, until they end. Take this lock before any
 * row lock.
 */
export async function lockAdmins(em: EntityManager): Promise<void> {
  await lockAdvisory(em, 'admins');
}

/** Returns whether anybody has signed up or accepted an invitation as an admin. */
export async function hasAdmin(em: EntityManager): Promise<boolean> {
  return (await em.count(User, { role: ADMIN_ROLE, emailVerifiedAt: { $ne: null } })) > 0;
}

/**
 * Returns whether the user is a verified admin, and no other active one exists. An invited admin who never accepted keeps
 * nobody out. Hold `lockAdmins`, so that the answer stays true.
 */
export async function isLastAdmin(
  em: EntityManager,
  { id, role, emailVerifiedAt }: Pick<User, 'id' | 'role' | 'emailVerifiedAt'>,
): Promise<boolean> {
  if (role !== ADMIN_ROLE || emailVerifiedAt == null) return false;
  const others = { id: { $ne: id }, role: ADMIN_ROLE, disabledAt: null, emailVerifiedAt: { $ne: null } };
  return (await em.count(User, others)) === 0;
}

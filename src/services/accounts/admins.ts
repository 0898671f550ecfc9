import type { EntityManager } from '@mikro-orm/postgresql';
import { User } from '../../entities/user.js';
import { lockAdvisory } from '../locks.js';

/** The role that may everything. */
export const ADMIN_ROLE = 'admin';

/** Has those who make the first admin, or take one away, take turns until their transactions end. Lock it before any row. */
export async function lockAdmins(em: EntityManager): Promise<void> {
  await lockAdvisory(em, 'admins');
}

/** Whether nobody else could do what this admin can; hold `lockAdmins`, so that it stays so. */
export async function isLastAdmin(em: EntityManager, { id, role }: Pick<User, 'id' | 'role'>): Promise<boolean> {
  if (role !== ADMIN_ROLE) return false;
  const others = { id: { $ne: id }, role: ADMIN_ROLE, disabledAt: null, emailVerifiedAt: { $ne: null } };
  return (await em.count(User, others)) === 0;
}

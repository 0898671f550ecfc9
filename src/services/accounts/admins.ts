import type { EntityManager } from '@mikro-orm/postgresql';
import { User } from '../../entities/user.js';

/** The role that may everything. */
export const ADMIN_ROLE = 'admin';
/** Names our lock among the database's advisory locks. */
const ADMINS_LOCK = 7_105_312;

/** Has those who make the first admin, or take one away, take turns until their transactions end. Lock it before any row. */
export async function lockAdmins(em: EntityManager): Promise<void> {
  await em.execute('SELECT pg_advisory_xact_lock(?)', [ADMINS_LOCK]);
}

/** Whether nobody else could do what this admin can; hold `lockAdmins`, so that it stays so. */
export async function isLastAdmin(em: EntityManager, { id, role }: Pick<User, 'id' | 'role'>): Promise<boolean> {
  if (role !== ADMIN_ROLE) return false;
  const others = { id: { $ne: id }, role: ADMIN_ROLE, disabledAt: null, emailVerifiedAt: { $ne: null } };
  return (await em.count(User, others)) === 0;
}

import { LockMode } from '@mikro-orm/postgresql';
import { User } from '../../entities/user.js';
import type { Work } from '../work.js';

/**
 * Locks the row of an account and reads it again. Returns false if the account was deleted in the meantime. Lock the
 * codes of its address first, in the common order.
 */
export async function lockAccount({ em }: Pick<Work, 'em'>, user: User): Promise<boolean> {
  const options = { refresh: true, lockMode: LockMode.PESSIMISTIC_WRITE } as const;
  return (await em.findOne(User, { id: user.id, deletedAt: null }, options)) !== null;
}

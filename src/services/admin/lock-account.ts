import { User } from '../../entities/user.js';
import { lockOne } from '../locks.js';
import type { Work } from '../work.js';

/**
 * Locks the row of an account and reads it again. Returns false if the account was deleted in the meantime. Lock the
 * codes of its address first, in the common order.
 */
export async function lockAccount({ em }: Pick<Work, 'em'>, user: User): Promise<boolean> {
  return (await lockOne(em, User, { id: user.id, deletedAt: null }, { refresh: true })) !== null;
}

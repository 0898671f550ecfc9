import type { EntityManager } from '@mikro-orm/postgresql';
import { User } from '../../entities/user.js';
import type { Statement } from '../../lib/query.js';
import type { UseCaseContext } from '../use-case.js';

/** Every column but the password hash. */
const FIND_USER: Statement = {
  name: 'find-user',
  text: `SELECT id, email, username, username_key, display_name, role, password_changed_at, email_verified_at, disabled_at,
    last_login_at, locale, timezone, terms_accepted_at, privacy_policy_accepted_at, created_at, updated_at
    FROM users WHERE id = $1`,
};

/** The user with this id, by a prepared statement: `me` is the gateway's most frequent question. */
export async function findUser(context: Pick<UseCaseContext, 'em' | 'query'>, id: string): Promise<User | null> {
  const [row] = await context.query(FIND_USER, [id]);
  return row === undefined ? null : context.em.map(User, row);
}

/** The users with these ids, in one query. */
export async function findUsers(em: EntityManager, ids: readonly string[]): Promise<User[]> {
  return await em.find(User, { id: { $in: [...ids] } });
}

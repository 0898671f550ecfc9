import type { User } from '../../entities/user.js';
import type { Statement } from '../../lib/query.js';
import type { UseCaseContext } from '../use-case.js';
import { propertiesOf, type UserProperty } from './user-columns.js';

/** What is read of a user where nothing is changed. */
const PROPERTIES = [
  'id',
  'email',
  'username',
  'usernameKey',
  'displayName',
  'role',
  'locale',
  'timezone',
  'passwordChangedAt',
  'emailVerifiedAt',
  'disabledAt',
  'lastLoginAt',
  'twoFactorEnabledAt',
  'termsAcceptedAt',
  'privacyPolicyAcceptedAt',
  'createdAt',
  'updatedAt',
] as const satisfies readonly UserProperty[];
const TIMES = PROPERTIES.filter((property) => property.endsWith('At'));

/** A user as it is read where nothing is changed, without the ORM's unit of work. */
export type UserRecord = Pick<User, (typeof PROPERTIES)[number]>;

const FIND_USERS: Statement = {
  name: 'find-users',
  text: `SELECT ${propertiesOf(PROPERTIES)} FROM users WHERE id = ANY($1::uuid[]) AND deleted_at IS NULL`,
};

/** Returns the users with these ids by one prepared statement. `me` is the gateway's most frequent query. */
export async function findUsers(
  { query }: Pick<UseCaseContext, 'query'>,
  ids: readonly string[],
): Promise<UserRecord[]> {
  const rows = await query(FIND_USERS, [ids]);
  for (const row of rows) for (const time of TIMES) if (row[time] !== null) row[time] = new Date(row[time] as string);
  return rows as unknown as UserRecord[];
}

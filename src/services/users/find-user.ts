import type { User } from '../../entities/user.js';
import type { Statement } from '../../lib/query.js';
import type { UseCaseContext } from '../use-case.js';

/** A user as it is read where nothing is changed, without the ORM's unit of work and the password hash. */
export type UserRecord = Omit<User, 'passwordHash'>;

const FIND_USERS: Statement = {
  name: 'find-users',
  text: `SELECT id, email, username, username_key AS "usernameKey", display_name AS "displayName", role, locale, timezone,
    password_changed_at AS "passwordChangedAt", email_verified_at AS "emailVerifiedAt", disabled_at AS "disabledAt",
    last_login_at AS "lastLoginAt", two_factor_enabled_at AS "twoFactorEnabledAt", terms_accepted_at AS "termsAcceptedAt",
    privacy_policy_accepted_at AS "privacyPolicyAcceptedAt", created_at AS "createdAt", updated_at AS "updatedAt"
    FROM users WHERE id = ANY($1::uuid[]) AND deleted_at IS NULL`,
};
const TIMES = [
  'passwordChangedAt',
  'emailVerifiedAt',
  'disabledAt',
  'lastLoginAt',
  'twoFactorEnabledAt',
  'termsAcceptedAt',
  'privacyPolicyAcceptedAt',
  'createdAt',
  'updatedAt',
] as const;

/** Returns the users with these ids by one prepared statement. `me` is the gateway's most frequent query. */
export async function findUsers(
  { query }: Pick<UseCaseContext, 'query'>,
  ids: readonly string[],
): Promise<UserRecord[]> {
  const rows = await query(FIND_USERS, [ids]);
  for (const row of rows) for (const time of TIMES) if (row[time] !== null) row[time] = new Date(row[time] as string);
  return rows as unknown as UserRecord[];
}

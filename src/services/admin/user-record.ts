import type { User } from '../../entities/user.js';
import type { Statement } from '../../lib/query.js';
import { findLocks } from '../attempts/current-locks.js';
import type { UseCaseContext } from '../use-case.js';
import { comparedKey, findAddressOwner } from '../users/address-owner.js';

/** What an account allows its owner to do. */
export type UserState = 'ACTIVE' | 'UNVERIFIED' | 'LOCKED' | 'DISABLED' | 'PASSWORD_CHANGE_REQUIRED';

/** An account as admins see it. */
export interface AdminUserRecord extends Omit<User, 'passwordHash'> {
  lockedUntil: Date | null;
  state: UserState;
}

const COLUMNS = {
  id: 'id',
  email: 'email',
  username: 'username',
  usernameKey: 'username_key',
  displayName: 'display_name',
  role: 'role',
  locale: 'locale',
  timezone: 'timezone',
} as const;

const TIMES = {
  passwordChangedAt: 'password_changed_at',
  passwordBreachedAt: 'password_breached_at',
  passwordContestedAt: 'password_contested_at',
  passwordChangeRequiredAt: 'password_change_required_at',
  emailVerifiedAt: 'email_verified_at',
  invitedUntil: 'invited_until',
  disabledAt: 'disabled_at',
  lastLoginAt: 'last_login_at',
  twoFactorEnabledAt: 'two_factor_enabled_at',
  termsAcceptedAt: 'terms_accepted_at',
  privacyPolicyAcceptedAt: 'privacy_policy_accepted_at',
  createdAt: 'created_at',
  updatedAt: 'updated_at',
} as const;

/** The columns that `toAdminUserRecords` reads. */
export const ADMIN_USER_COLUMNS = Object.entries({ ...COLUMNS, ...TIMES })
  .map(([name, column]) => `${column} AS "${name}"`)
  .join(', ');

function stateOf(user: Omit<AdminUserRecord, 'state'>): UserState {
  if (user.disabledAt != null) return 'DISABLED';
  if (user.emailVerifiedAt == null) return 'UNVERIFIED';
  if (user.lockedUntil !== null) return 'LOCKED';
  const marks = [user.passwordBreachedAt, user.passwordContestedAt, user.passwordChangeRequiredAt];
  return marks.every((mark) => mark == null) ? 'ACTIVE' : 'PASSWORD_CHANGE_REQUIRED';
}

type Needs = Pick<UseCaseContext, 'query' | 'clock' | 'settings' | 'secretKeys'>;
type Row = Omit<AdminUserRecord, 'state' | 'lockedUntil'>;

/** Completes rows of `ADMIN_USER_COLUMNS` with the locks of their names. */
export async function toAdminUserRecords(context: Needs, rows: Record<string, unknown>[]): Promise<AdminUserRecord[]> {
  for (const row of rows) {
    for (const time of Object.keys(TIMES)) if (row[time] !== null) row[time] = new Date(row[time] as string);
  }
  const users = rows as unknown as Row[];
  const locks = await findLocks(context, users);
  return users.map((user) => {
    const known = { ...user, lockedUntil: locks.get(user.id) ?? null };
    return { ...known, state: stateOf(known) };
  });
}

const FIND: Statement = {
  name: 'admin-users',
  text: `SELECT ${ADMIN_USER_COLUMNS} FROM users WHERE id = ANY($1::uuid[]) AND deleted_at IS NULL`,
};

/** Returns the accounts with these ids. */
export async function findAdminUsers(context: Needs, ids: readonly string[]): Promise<AdminUserRecord[]> {
  return await toAdminUserRecords(context, await context.query(FIND, [ids]));
}

/** Returns the account that has the mailbox, in any spelling. */
export async function findAdminUserByAddress(
  context: Needs & Pick<UseCaseContext, 'em'>,
  email: string,
): Promise<AdminUserRecord | null> {
  const owner = await findAddressOwner(context.em, email, comparedKey(context, email));
  const [user] = owner === null ? [] : await findAdminUsers(context, [owner.id]);
  return user ?? null;
}

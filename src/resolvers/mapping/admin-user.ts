import { AdminUser } from '../../schema/admin/user.js';
import type { AdminUserRecord } from '../../services/admin/user-record.js';
import { toUser } from './user.js';

/** An account as staff see it. */
export function toAdminUser(record: AdminUserRecord): AdminUser {
  const { id, email, role, state, lockedUntil, createdAt } = record;
  return Object.assign(new AdminUser(), {
    id,
    email,
    role,
    state,
    lockedUntil,
    createdAt,
    user: toUser(record, 'full'),
    username: record.username ?? null,
    displayName: record.displayName ?? null,
    emailVerifiedAt: record.emailVerifiedAt ?? null,
    twoFactorEnabledAt: record.twoFactorEnabledAt ?? null,
    passwordChangedAt: record.passwordChangedAt,
    passwordBreachedAt: record.passwordBreachedAt ?? null,
    disabledAt: record.disabledAt ?? null,
    lastLoginAt: record.lastLoginAt ?? null,
    locale: record.locale ?? null,
    timezone: record.timezone ?? null,
  });
}

import { randomUUID } from 'node:crypto';
import { User } from '../../entities/user.js';
import { run, sql } from '../../lib/sql.js';
import { comparedKey } from '../users/address-owner.js';
import type { Work } from '../work.js';

/** The account that an administrator creates. */
export interface NewAccount {
  email: string;
  passwordHash: string;
  /** By default the default role. */
  role?: string | null | undefined;
  username?: string | null | undefined;
  displayName?: string | null | undefined;
  locale?: string | null | undefined;
  emailVerifiedAt?: Date;
  invitedUntil?: Date;
}

/** Inserts an account. Returns null if its address or its username has been taken by now. */
export async function insertAccount(work: Work, account: NewAccount): Promise<User | null> {
  const { em, now, settings } = work;
  const { email, username = null, displayName = null, locale = null, passwordHash } = account;
  const { emailVerifiedAt = null, invitedUntil = null } = account;
  const role = account.role ?? settings.defaultRole;
  const statement = sql`
    INSERT INTO users (id, email, email_key, username, username_key, display_name, role, locale, password_hash,
      password_changed_at, email_verified_at, invited_until, created_at, updated_at)
    VALUES (${randomUUID()}, ${email}, ${comparedKey(work, email)}, ${username}, ${username?.toLowerCase() ?? null},
      ${displayName}, ${role}, ${locale}, ${passwordHash}, ${now}, ${emailVerifiedAt}, ${invitedUntil}, ${now}, ${now})
    ON CONFLICT DO NOTHING RETURNING id`;
  const [row] = await run<{ id: string }>(em, statement);
  return row === undefined ? null : await em.findOneOrFail(User, row.id);
}

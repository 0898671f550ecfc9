import { defineEntity, p } from '@mikro-orm/core';

const UserSchema = defineEntity({
  name: 'User',
  tableName: 'users',
  indexes: [
    // Lets the purge find accounts that nobody verified.
    { properties: ['createdAt'], where: 'email_verified_at is null' },
    { properties: ['createdAt', 'id'] },
    // Orders and filters of the lists of admins; the migration has the definitions that the ORM cannot express.
    { name: 'users_last_login_index', expression: 'see the migration' },
    { name: 'users_email_prefix_index', expression: 'see the migration' },
    { name: 'users_email_key_prefix_index', expression: 'see the migration' },
    { name: 'users_username_key_prefix_index', expression: 'see the migration' },
    { name: 'users_disabled_index', expression: 'see the migration' },
    { name: 'users_password_change_index', expression: 'see the migration' },
    { name: 'users_role_index', expression: 'see the migration' },
    { name: 'users_two_factor_index', expression: 'see the migration' },
    // Exists where the extension pg_trgm does.
    { name: 'users_trigram_index', expression: 'see the migration' },
  ],
  properties: {
    id: p.uuid().primary(),
    /** The address in its unique canonical form, to which mail is sent. */
    email: p.string().length(254).unique(),
    /** The address as compared by EMAIL_DEDUPLICATION, without the parts its provider ignores. Null if nothing is compared. */
    emailKey: p.string().length(254).nullable().unique(),
    /** The new address of a requested change until it is confirmed. */
    pendingEmail: p.string().length(254).nullable(),
    /** The username as typed. */
    username: p.string().length(32).nullable(),
    /** The username in lower case, for uniqueness and login. */
    usernameKey: p.string().length(32).nullable().unique(),
    displayName: p.string().length(100).nullable(),
    role: p.string().length(32),
    passwordHash: p.text().lazy().hidden(),
    /** In milliseconds, because it is compared with an earlier read value: a change ends sign-ins that started before it. */
    passwordChangedAt: p.datetime(3),
    /** When the password was found in a breach. From then on, the password only allows a reset. */
    passwordBreachedAt: p.datetime().nullable(),
    /** When somebody else signed up with this address before it was verified. It is then unknown whose password this is. */
    passwordContestedAt: p.datetime().nullable(),
    /** When an admin required a new password. From then on, every sign-in only allows a reset. */
    passwordChangeRequiredAt: p.datetime().nullable(),
    twoFactorEnabledAt: p.datetime().nullable(),
    emailVerifiedAt: p.datetime().nullable(),
    /** End of the invitation with which an admin created the account. Until then, nobody can sign up with its address. */
    invitedUntil: p.datetime().nullable(),
    disabledAt: p.datetime().nullable(),
    /** When the owner deleted the account. Its data is gone; the row is deleted once no access token can refer to it. */
    deletedAt: p.datetime().nullable().index(),
    lastLoginAt: p.datetime().nullable(),
    locale: p.string().length(35).nullable(),
    timezone: p.string().length(64).nullable(),
    termsAcceptedAt: p.datetime().nullable(),
    privacyPolicyAcceptedAt: p.datetime().nullable(),
    createdAt: p.datetime(),
    updatedAt: p.datetime(),
  },
});

/** A user account. */
export class User extends UserSchema.class {}
UserSchema.setClass(User);

import { defineEntity, p } from '@mikro-orm/core';

const UserSchema = defineEntity({
  name: 'User',
  tableName: 'users',
  properties: {
    id: p.uuid().primary(),
    /** Lower-cased and trimmed: the one spelling that is unique and that mail goes to. */
    email: p.string().length(254).unique(),
    /** What EMAIL_DEDUPLICATION compares: the address, without what its provider ignores; null where nothing is compared. */
    emailKey: p.string().length(254).nullable().unique(),
    /** The address that the account is to move to, once it is confirmed. */
    pendingEmail: p.string().length(254).nullable(),
    /** As the user typed it. */
    username: p.string().length(32).nullable(),
    /** Lower-cased, for uniqueness and login. */
    usernameKey: p.string().length(32).nullable().unique(),
    displayName: p.string().length(100).nullable(),
    role: p.string().length(32),
    passwordHash: p.text().lazy().hidden(),
    /** In milliseconds, as it is compared with what was read of it: a sign-in begun before a change ends there. */
    passwordChangedAt: p.datetime(3),
    /** When the password was found in a breach; it opens a reset and nothing else from then on. */
    passwordBreachedAt: p.datetime().nullable(),
    /** When somebody else signed up with this address before it was verified: whose password it is, nobody knows. */
    passwordContestedAt: p.datetime().nullable(),
    twoFactorEnabledAt: p.datetime().nullable(),
    emailVerifiedAt: p.datetime().nullable(),
    disabledAt: p.datetime().nullable(),
    /** When its owner deleted it: nothing of theirs is left, and the row goes once no access token can name it any more. */
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

/** Somebody who can sign in. */
export class User extends UserSchema.class {}
UserSchema.setClass(User);

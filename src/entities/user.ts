import { defineEntity, p } from '@mikro-orm/core';

const UserSchema = defineEntity({
  name: 'User',
  tableName: 'users',
  properties: {
    id: p.uuid().primary(),
    /** Lower-cased and trimmed: the one spelling that is unique and that mail goes to. */
    email: p.string().length(254).unique(),
    /** As the user typed it. */
    username: p.string().length(32).nullable(),
    /** Lower-cased, for uniqueness and login. */
    usernameKey: p.string().length(32).nullable().unique(),
    displayName: p.string().length(100).nullable(),
    role: p.string().length(32),
    passwordHash: p.text().lazy().hidden(),
    passwordChangedAt: p.datetime(),
    emailVerifiedAt: p.datetime().nullable(),
    disabledAt: p.datetime().nullable(),
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

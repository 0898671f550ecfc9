import { defineEntity, p } from '@mikro-orm/core';
import { User } from './user.js';

const PasswordCheckSchema = defineEntity({
  name: 'PasswordCheck',
  tableName: 'password_checks',
  indexes: [{ properties: ['nextAttemptAt'] }],
  properties: {
    user: () => p.oneToOne(User).primary().owner().deleteRule('cascade'),
    /** SHA-1 of the password, encrypted; the check service gets its first five digits. */
    sealedDigest: p.text().lazy().hidden(),
    /** The password that this is about: one that was set later is not judged by it. */
    passwordChangedAt: p.datetime(),
    attempts: p.integer().default(0),
    nextAttemptAt: p.datetime(),
    createdAt: p.datetime(),
  },
});

/** A new password that waits to be looked up among breached ones. */
export class PasswordCheck extends PasswordCheckSchema.class {}
PasswordCheckSchema.setClass(PasswordCheck);

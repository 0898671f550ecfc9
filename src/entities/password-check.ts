import { defineEntity, p } from '@mikro-orm/core';
import { User } from './user.js';

const PasswordCheckSchema = defineEntity({
  name: 'PasswordCheck',
  tableName: 'password_checks',
  indexes: [{ properties: ['nextAttemptAt'] }],
  properties: {
    user: () => p.oneToOne(User).primary().owner().deleteRule('cascade'),
    /** Encrypted SHA-1 of the password. The check service receives its first five digits. */
    encryptedDigest: p.text().fieldName('sealed_digest').lazy().hidden(),
    /** Identifies the checked password. One that was set later is not affected. */
    passwordChangedAt: p.datetime(),
    attempts: p.integer().default(0),
    nextAttemptAt: p.datetime(),
    createdAt: p.datetime(),
  },
});

/** A new password waiting to be checked against known breaches. */
export class PasswordCheck extends PasswordCheckSchema.class {}
PasswordCheckSchema.setClass(PasswordCheck);

import { defineEntity, p } from '@mikro-orm/core';
import { User } from './user.js';

const TotpCredentialSchema = defineEntity({
  name: 'TotpCredential',
  tableName: 'totp_credentials',
  // Lets the purge find enrolments that nobody confirmed.
  indexes: [{ properties: ['expiresAt'], where: 'confirmed_at is null' }],
  properties: {
    user: () => p.oneToOne(User).primary().owner().deleteRule('cascade'),
    /** The encrypted seed. */
    encryptedSecret: p.text().fieldName('sealed_secret').lazy().hidden(),
    /** The latest time step whose code was used. Codes of this step and earlier ones are rejected (RFC 6238 5.2). */
    lastStep: p.integer().default(0),
    createdAt: p.datetime(),
    /** Deadline for confirming it. */
    expiresAt: p.datetime(),
    /** Null until confirmed by a first code. */
    confirmedAt: p.datetime().nullable(),
  },
});

/** A user's authenticator app. */
export class TotpCredential extends TotpCredentialSchema.class {}
TotpCredentialSchema.setClass(TotpCredential);

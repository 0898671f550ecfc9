import { defineEntity, p } from '@mikro-orm/core';
import { User } from './user.js';

const TotpCredentialSchema = defineEntity({
  name: 'TotpCredential',
  tableName: 'totp_credentials',
  properties: {
    user: () => p.oneToOne(User).primary().owner().deleteRule('cascade'),
    /** The seed, encrypted. */
    sealedSecret: p.text().lazy().hidden(),
    /** Number of the latest time step whose code was used; none before it works any more (RFC 6238 5.2). */
    lastStep: p.integer().default(0),
    createdAt: p.datetime(),
    /** Until when it may be confirmed. */
    expiresAt: p.datetime(),
    /** Null until a first code proved it. */
    confirmedAt: p.datetime().nullable(),
  },
});

/** The authenticator app of a user. */
export class TotpCredential extends TotpCredentialSchema.class {}
TotpCredentialSchema.setClass(TotpCredential);

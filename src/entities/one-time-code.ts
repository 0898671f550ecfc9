import { defineEntity, p } from '@mikro-orm/core';
import { User } from './user.js';

/** The purpose of a one-time code or link token. */
export type OneTimeCodePurpose =
  | 'VERIFY_EMAIL'
  | 'EXCHANGE'
  | 'RESET_PASSWORD'
  | 'RESET_TICKET'
  | 'CHANGE_EMAIL'
  | 'REVERT_EMAIL'
  | 'REPORT_SESSION';

const OneTimeCodeSchema = defineEntity({
  name: 'OneTimeCode',
  tableName: 'one_time_codes',
  properties: {
    purpose: p.string().length(32).$type<OneTimeCodePurpose>().primary(),
    /** What the code is bound to: an email address, or the id of a user or session. */
    address: p.string().length(254).primary(),
    /** Random. The code and the link token are derived from it, so a new id invalidates the previous ones. */
    id: p.uuid().unique(),
    /** Null for a decoy: the row of an address with nothing to verify, which counts attempts all the same. */
    user: () => p.manyToOne(User).deleteRule('cascade').nullable().index(),
    /** The secret from which the code is derived. */
    keyId: p.string().length(16),
    attempts: p.integer().default(0),
    issuedAt: p.datetime(),
    codeExpiresAt: p.datetime(),
    linkExpiresAt: p.datetime().index(),
    consumedAt: p.datetime().nullable(),
  },
});

/** The one valid code of an address for a purpose. */
export class OneTimeCode extends OneTimeCodeSchema.class {}
OneTimeCodeSchema.setClass(OneTimeCode);

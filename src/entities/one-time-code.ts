import { defineEntity, p } from '@mikro-orm/core';
import { User } from './user.js';

/** What a one-time code or link token is good for. */
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
    /** What the code is bound to: an e-mail address, or the id of the user or session that it is about. */
    address: p.string().length(254).primary(),
    /** Random; the code and the link token are derived from it, so a new id supersedes them all. */
    id: p.uuid().unique(),
    /** Absent on a decoy: the row of an address that has nothing to verify, which counts tries all the same. */
    user: () => p.manyToOne(User).deleteRule('cascade').nullable().index(),
    /** Which secret the code is derived from. */
    keyId: p.string().length(16),
    attempts: p.integer().default(0),
    issuedAt: p.datetime(),
    codeExpiresAt: p.datetime(),
    linkExpiresAt: p.datetime().index(),
    consumedAt: p.datetime().nullable(),
  },
});

/** The one live code of an address for a purpose. */
export class OneTimeCode extends OneTimeCodeSchema.class {}
OneTimeCodeSchema.setClass(OneTimeCode);

import { defineEntity, p } from '@mikro-orm/core';
import { User } from './user.js';

const RecoveryCodeSchema = defineEntity({
  name: 'RecoveryCode',
  tableName: 'recovery_codes',
  properties: {
    user: () => p.manyToOne(User).deleteRule('cascade').primary(),
    /** Keyed hash; the code itself is shown once and kept nowhere. */
    codeHash: p.string().length(64).primary(),
    usedAt: p.datetime().nullable(),
  },
});

/** Stands in once for a lost authenticator app. */
export class RecoveryCode extends RecoveryCodeSchema.class {}
RecoveryCodeSchema.setClass(RecoveryCode);

import { defineEntity, p } from '@mikro-orm/core';
import { User } from './user.js';

const RecoveryCodeSchema = defineEntity({
  name: 'RecoveryCode',
  tableName: 'recovery_codes',
  properties: {
    user: () => p.manyToOne(User).deleteRule('cascade').primary(),
    /** Keyed hash. The code itself is shown once and not stored. */
    codeHash: p.string().length(64).primary(),
    usedAt: p.datetime().nullable(),
  },
});

/** A one-time replacement for a lost authenticator app. */
export class RecoveryCode extends RecoveryCodeSchema.class {}
RecoveryCodeSchema.setClass(RecoveryCode);

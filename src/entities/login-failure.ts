import { defineEntity, p } from '@mikro-orm/core';

const LoginFailureSchema = defineEntity({
  name: 'LoginFailure',
  tableName: 'login_failures',
  properties: {
    /** Keyed hash of what was tried: a name that somebody typed, whether or not it has an account, or a user's id. */
    key: p.string().length(64).primary(),
    /** Wrong tries since the last success or lock. */
    failures: p.integer(),
    /** Tries that are admitted and not yet decided. */
    inFlight: p.integer(),
    /** Wrong tries since the last success, whatever was locked in between. */
    total: p.integer(),
    lastTriedAt: p.datetime().index(),
    lockedUntil: p.datetime().nullable(),
    notifiedAt: p.datetime().nullable(),
    /** Since when a reset, or a day after it, allows some tries beyond the total. */
    liftedAt: p.datetime().nullable(),
  },
});

/** Wrong tries against one name. */
export class LoginFailure extends LoginFailureSchema.class {}
LoginFailureSchema.setClass(LoginFailure);

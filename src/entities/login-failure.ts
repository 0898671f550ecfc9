import { defineEntity, p } from '@mikro-orm/core';

const LoginFailureSchema = defineEntity({
  name: 'LoginFailure',
  tableName: 'login_failures',
  properties: {
    /** Keyed hash of what was tried: a name that somebody typed, whether or not it has an account, or a user's id. */
    key: p.string().length(64).primary(),
    /** Wrong tries since the last lock or pause, less those that a success was seen to explain; of a network, for its delay. */
    failures: p.integer(),
    /** Tries that are admitted and not yet decided. */
    inFlight: p.integer(),
    /** Wrong tries since the last success, whatever was locked in between. */
    total: p.integer(),
    lastTriedAt: p.datetime().index(),
    /** The last wrong try: a right one prolongs no count. */
    failedAt: p.datetime().nullable(),
    /** When the count of the failures began. */
    countedSince: p.datetime().nullable(),
    /** Of a network: its share in the failures of the subject, in the count that began then. */
    counted: p.integer().default(0),
    /** Of a network: the subject that somebody succeeded for from there. */
    subjectKey: p.string().length(64).nullable().index(),
    lockedUntil: p.datetime().nullable(),
    notifiedAt: p.datetime().nullable(),
    /** Since when a reset, or a day after it, allows some tries beyond the total. */
    liftedAt: p.datetime().nullable(),
  },
});

/** Wrong tries against one subject, or those of them from one client network. */
export class LoginFailure extends LoginFailureSchema.class {}
LoginFailureSchema.setClass(LoginFailure);

import { defineEntity, p } from '@mikro-orm/core';

const LoginFailureSchema = defineEntity({
  name: 'LoginFailure',
  tableName: 'login_failures',
  properties: {
    /** Keyed hash of the subject: a typed identifier, with or without an account, or a user's id. */
    key: p.string().length(64).primary(),
    /**
     * Failed attempts since the last lock or pause, excluding those explained by a success. For a network, this determines its
     * delay.
     */
    failures: p.integer(),
    /** Admitted attempts without a result yet. */
    inFlight: p.integer(),
    /** Failed attempts since the last success, including those before locks. */
    total: p.integer(),
    lastTriedAt: p.datetime().index(),
    /** Time of the last failed attempt. Successful ones do not extend a count. */
    failedAt: p.datetime().nullable(),
    /** Start of the current count. */
    countedSince: p.datetime().nullable(),
    /** For a network: its share of the subject's failures in the count that started then. */
    counted: p.integer().default(0),
    /** For a network: the subject that signed in successfully from it. */
    subjectKey: p.string().length(64).nullable().index(),
    lockedUntil: p.datetime().nullable(),
    notifiedAt: p.datetime().nullable(),
    /** Time since which a reset, or a day after it, allows some attempts beyond the total. */
    liftedAt: p.datetime().nullable(),
  },
});

/** Failed attempts against one subject, in total or from one client network. */
export class LoginFailure extends LoginFailureSchema.class {}
LoginFailureSchema.setClass(LoginFailure);

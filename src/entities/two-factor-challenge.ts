import { defineEntity, p } from '@mikro-orm/core';
import { User } from './user.js';

const TwoFactorChallengeSchema = defineEntity({
  name: 'TwoFactorChallenge',
  tableName: 'two_factor_challenges',
  properties: {
    id: p.uuid().primary(),
    user: () => p.manyToOne(User).deleteRule('cascade').index(),
    /** Keyed hash of what the client looks like: another client's try is as good as none. */
    clientKey: p.string().length(64),
    /** How the session is to begin once the second factor is proven. */
    rememberMe: p.boolean(),
    deviceName: p.string().length(100).nullable(),
    tokenDelivery: p.string().length(8).$type<'COOKIE' | 'BODY'>(),
    /** What was proven already, in the words of RFC 8176. */
    firstMethods: p.array(),
    attempts: p.integer().default(0),
    /** The password that opened it: a reset in between closes it. */
    passwordChangedAt: p.datetime(),
    createdAt: p.datetime(),
    expiresAt: p.datetime().index(),
    consumedAt: p.datetime().nullable(),
  },
});

/** A sign-in that waits for its second factor. */
export class TwoFactorChallenge extends TwoFactorChallengeSchema.class {}
TwoFactorChallengeSchema.setClass(TwoFactorChallenge);

import { defineEntity, p } from '@mikro-orm/core';
import { User } from './user.js';

const TwoFactorChallengeSchema = defineEntity({
  name: 'TwoFactorChallenge',
  tableName: 'two_factor_challenges',
  properties: {
    id: p.uuid().primary(),
    user: () => p.manyToOne(User).deleteRule('cascade').index(),
    /** Keyed hash of the client's characteristics. Attempts from another client are rejected. */
    clientKey: p.string().length(64),
    /** Whether to remember the session created after the second factor. */
    rememberMe: p.boolean(),
    deviceName: p.string().length(100).nullable(),
    tokenDelivery: p.string().length(8).$type<'COOKIE' | 'BODY'>(),
    /** The factors already verified, as RFC 8176 values. */
    firstMethods: p.array(),
    attempts: p.integer().default(0),
    /** The password that was verified. A reset in the meantime invalidates the challenge. */
    passwordChangedAt: p.datetime(),
    createdAt: p.datetime(),
    expiresAt: p.datetime().index(),
    consumedAt: p.datetime().nullable(),
  },
});

/** A sign-in waiting for its second factor. */
export class TwoFactorChallenge extends TwoFactorChallengeSchema.class {}
TwoFactorChallengeSchema.setClass(TwoFactorChallenge);

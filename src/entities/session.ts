import { defineEntity, p } from '@mikro-orm/core';
import { User } from './user.js';

/** The kinds of device that a user agent tells of. */
export const deviceTypes = ['DESKTOP', 'MOBILE', 'TABLET', 'BOT', 'UNKNOWN'] as const;
/** One of them. */
export type DeviceType = (typeof deviceTypes)[number];

/** Why a session ended before its time. */
export type RevocationReason =
  | 'LOGOUT'
  | 'REVOKED_BY_USER'
  | 'REUSE_DETECTED'
  | 'REPLACED'
  | 'ACCOUNT_DISABLED'
  | 'ACCOUNT_DELETED'
  | 'PASSWORD_CHANGED'
  | 'PASSWORD_RESET'
  | 'EMAIL_CHANGED'
  | 'TWO_FACTOR_CHANGED'
  | 'REPORTED';

const SessionSchema = defineEntity({
  name: 'Session',
  tableName: 'sessions',
  indexes: [{ properties: ['user', 'createdAt', 'id'] }, { properties: ['revokedAt'] }],
  properties: {
    id: p.uuid().primary(),
    user: () => p.manyToOne(User).deleteRule('cascade'),
    /** SHA-256 of the random part that every refresh token of this session carries. */
    secretHash: p.blob().lazy().hidden(),
    /** Number of the refresh token that is valid now; each rotation adds one. */
    generation: p.integer().default(0),
    rememberMe: p.boolean(),
    deviceName: p.string().length(100).nullable(),
    deviceType: p.string().length(16).$type<DeviceType>(),
    browser: p.string().length(100).nullable(),
    operatingSystem: p.string().length(100).nullable(),
    ipAddress: p.string().length(45).nullable(),
    /** Where the address is, as far as the operator's database knows. */
    city: p.string().length(100).nullable(),
    /** ISO 3166-1 alpha-2. */
    country: p.string().length(2).nullable(),
    /** How the user proved who they are, in the words of RFC 8176. */
    authenticationMethods: p.array(),
    authenticatedAt: p.datetime(),
    createdAt: p.datetime(),
    lastActivityAt: p.datetime(),
    lastRotatedAt: p.datetime().nullable(),
    /** Idle end: moves with each refresh, never past `absoluteExpiresAt`. */
    expiresAt: p.datetime(),
    absoluteExpiresAt: p.datetime(),
    revokedAt: p.datetime().nullable(),
    revocationReason: p.string().length(32).$type<RevocationReason>().nullable(),
  },
});

/** One sign-in of one user on one device. */
export class Session extends SessionSchema.class {}
SessionSchema.setClass(Session);

import { defineEntity, p } from '@mikro-orm/core';
import { User } from './user.js';

/** Device types recognised from user agents. */
export const deviceTypes = ['DESKTOP', 'MOBILE', 'TABLET', 'BOT', 'UNKNOWN'] as const;
export type DeviceType = (typeof deviceTypes)[number];

/** The reason why a session was ended early. */
export type RevocationReason =
  | 'LOGOUT'
  | 'REVOKED_BY_USER'
  | 'REVOKED_BY_ADMIN'
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
  indexes: [{ properties: ['user', 'createdAt', 'id'] }, { properties: ['revokedAt'] }, { properties: ['keptUntil'] }],
  properties: {
    id: p.uuid().primary(),
    user: () => p.manyToOne(User).deleteRule('cascade'),
    /** SHA-256 of the random part of all refresh tokens of this session. */
    secretHash: p.blob().lazy().hidden(),
    /** The generation of the currently valid refresh token, incremented by each rotation. */
    generation: p.integer().default(0),
    rememberMe: p.boolean(),
    deviceName: p.string().length(100).nullable(),
    deviceType: p.string().length(16).$type<DeviceType>(),
    browser: p.string().length(100).nullable(),
    operatingSystem: p.string().length(100).nullable(),
    ipAddress: p.string().length(45).nullable(),
    /** The location of the IP address according to the operator's database. */
    city: p.string().length(100).nullable(),
    /** ISO 3166-1 alpha-2. */
    country: p.string().length(2).nullable(),
    /** How the user authenticated, as RFC 8176 values. */
    authenticationMethods: p.array(),
    authenticatedAt: p.datetime(),
    createdAt: p.datetime(),
    lastActivityAt: p.datetime(),
    lastRotatedAt: p.datetime().nullable(),
    /** When the latest refresh tokens were replaced, the newest first. */
    rotatedAt: p.array().columnType('timestamptz[]').defaultRaw(`'{}'`).lazy().hidden(),
    /** The newest generation whose access token a client has presented. */
    seenGeneration: p.integer().default(0).lazy().hidden(),
    /** End of the idle timeout. Extended by each refresh, never past `absoluteExpiresAt`. */
    expiresAt: p.datetime(),
    absoluteExpiresAt: p.datetime(),
    revokedAt: p.datetime().nullable(),
    /** When the purge checks whether the session has expired. A refresh does not change it, so it may be too early. */
    keptUntil: p.datetime().defaultRaw(`'-infinity'`).lazy().hidden(),
    revocationReason: p.string().length(32).$type<RevocationReason>().nullable(),
  },
});

/** One sign-in of a user on one device. */
export class Session extends SessionSchema.class {}
SessionSchema.setClass(Session);

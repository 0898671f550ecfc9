import { randomUUID } from 'node:crypto';
import type { EntityManager } from '@mikro-orm/postgresql';
import type { User } from '../../entities/user.js';
import { addSeconds } from '../../lib/clock.js';
import { describeDevice } from '../devices/describe-device.js';
import type { SignedAccessToken } from '../tokens/access-tokens.js';
import { hashSessionSecret, newSessionSecret, writeRefreshToken } from '../tokens/refresh-tokens.js';
import type { UseCaseContext } from '../use-case.js';
import { effectiveRole, MULTI_FACTOR } from './effective-role.js';
import { SESSION_COLUMNS, type SessionRecord, toSessionRecord } from './session-record.js';

/** The tokens of a session at one moment. */
export interface SessionTokens {
  access: SignedAccessToken;
  refreshToken: string;
  refreshTokenExpiresAt: Date;
  /** Whether the browser keeps the cookie past its own end. */
  rememberMe: boolean;
}

/** A session whose transaction may commit; its tokens are signed after that, as a transaction must not wait for anything else. */
export interface SessionBegun {
  user: User;
  session: SessionRecord;
  /** The random part of its refresh tokens. */
  secret: Buffer;
}

/** A session that began. */
export interface SessionStarted {
  kind: 'session-started';
  user: User;
  session: SessionRecord;
  tokens: SessionTokens;
  firstLogin: boolean;
}

/** How a session is to begin. */
export interface NewSession {
  user: User;
  rememberMe: boolean;
  deviceName: string | null;
  /** RFC 8176. */
  authenticationMethods: string[];
  /**
   * Since when every factor of the account counts as proven: never later than the newest proof of any of them, or one factor
   * would stand for all.
   */
  authenticatedAt: Date;
}

/** What beginning a session needs. */
export type SessionContext = Pick<
  UseCaseContext,
  'clock' | 'settings' | 'secretKeys' | 'accessTokens' | 'client' | 'locate'
>;

/**
 * One statement: the session and the mark on its user come together, and only while the user may sign in with what was looked
 * at: a password that was reset in between opens nothing, nor does one alone where a second factor was switched on.
 */
const INSERT_SESSION = `
  WITH signed_in AS (
    UPDATE users SET last_login_at = ?
    WHERE id = ? AND disabled_at IS NULL AND password_changed_at = ? AND (two_factor_enabled_at IS NULL OR ?::boolean)
    RETURNING id)
  INSERT INTO sessions (id, user_id, secret_hash, generation, remember_me, device_name, device_type, browser, operating_system,
    ip_address, city, country, authentication_methods, authenticated_at, created_at, last_activity_at, expires_at, absolute_expires_at)
  SELECT ?, id, ?, 0, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ? FROM signed_in
  RETURNING ${SESSION_COLUMNS.join(', ')}`;

/** The end that an idle session has at `now`. */
export function idleEnd(settings: UseCaseContext['settings'], rememberMe: boolean, now: Date, absoluteEnd: Date): Date {
  const end = addSeconds(now, rememberMe ? settings.refreshTokenTtlRemembered : settings.refreshTokenTtl);
  return end < absoluteEnd ? end : absoluteEnd;
}

/** Begins a session; `undefined` when the user was disabled, or got another password or a second factor, in the meantime. */
export async function createSession(
  context: SessionContext,
  em: EntityManager,
  begin: NewSession,
): Promise<SessionBegun | undefined> {
  const { settings, client } = context;
  const { user, rememberMe, deviceName, authenticationMethods, authenticatedAt } = begin;
  const now = context.clock.now();
  const absoluteEnd = addSeconds(now, settings.sessionAbsoluteTtl);
  const secret = newSessionSecret();
  const { deviceType, browser, operatingSystem } = describeDevice(client.userAgent);
  const { city, country } = context.locate(client.ipAddress);
  const device = [deviceName, deviceType, browser, operatingSystem, client.ipAddress, city, country];
  const times = [authenticatedAt, now, now, idleEnd(settings, rememberMe, now, absoluteEnd), absoluteEnd];
  const methods = `{${authenticationMethods.join(',')}}`;
  const guard = [now, user.id, user.passwordChangedAt, authenticationMethods.includes(MULTI_FACTOR)];
  const values = [...guard, randomUUID(), hashSessionSecret(secret), rememberMe, ...device, methods, ...times];
  const [row] = await em.execute<Record<string, unknown>[]>(INSERT_SESSION, values);
  return row === undefined ? undefined : { user, session: toSessionRecord(row), secret };
}

/** Signs the first tokens of a session that was committed. */
export async function startSession(context: SessionContext, begun: SessionBegun): Promise<SessionStarted> {
  const { user, session, secret } = begun;
  const { id: sessionId, authenticationMethods, authenticatedAt, rememberMe } = session;
  const role = effectiveRole(context.settings, user.role, authenticationMethods);
  const claims = { userId: user.id, sessionId, role, authenticationMethods, authenticatedAt };
  const tokens: SessionTokens = {
    access: await context.accessTokens.sign(claims),
    refreshToken: writeRefreshToken(context.secretKeys, { sessionId, generation: 0, secret }),
    refreshTokenExpiresAt: session.expiresAt,
    rememberMe,
  };
  return { kind: 'session-started', user, session, tokens, firstLogin: user.lastLoginAt === null };
}

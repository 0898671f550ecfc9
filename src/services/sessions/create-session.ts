import { randomUUID } from 'node:crypto';
import type { EntityManager } from '@mikro-orm/postgresql';
import { addSeconds } from '../../lib/clock.js';
import { run, type Sql, sql, sqlText } from '../../lib/sql.js';
import { describeDevice } from '../devices/describe-device.js';
import type { SignedAccessToken } from '../tokens/access-tokens.js';
import { hashSessionSecret, newSessionSecret, writeRefreshToken } from '../tokens/refresh-tokens.js';
import type { UseCaseContext } from '../use-case.js';
import type { SignInUser } from '../users/user-columns.js';
import { effectiveRole, MULTI_FACTOR } from './effective-role.js';
import { SESSION_COLUMNS, type SessionRecord, toSessionRecord } from './session-record.js';

/** The current tokens of a session. */
export interface SessionTokens {
  access: SignedAccessToken;
  refreshToken: string;
  refreshTokenExpiresAt: Date;
  /** True if the cookie is kept after the browser is closed. */
  rememberMe: boolean;
}

/**
 * A session whose transaction is ready to commit. Its tokens are signed after the commit, because a transaction must
 * not wait for anything else.
 */
export interface SessionBegun {
  user: SignInUser;
  session: SessionRecord;
  /** The random part of its refresh tokens. */
  secret: Buffer;
}

/** A session that was created, with its tokens. */
export interface SessionStarted {
  kind: 'session-started';
  user: SignInUser;
  session: SessionRecord;
  tokens: SessionTokens;
  firstLogin: boolean;
}

/** Parameters of a new session. */
export interface NewSession {
  user: SignInUser;
  rememberMe: boolean;
  deviceName: string | null;
  /** RFC 8176 authentication methods. */
  authenticationMethods: string[];
  /**
   * Time since which every factor of the account counts as verified. It is never later than the newest verification of
   * any of them: otherwise one factor would stand for all.
   */
  authenticatedAt: Date;
}

/** Context for creating a session. */
export type SessionContext = Pick<
  UseCaseContext,
  'clock' | 'settings' | 'secretKeys' | 'accessTokens' | 'client' | 'locate'
>;

/** Returns when a session that is idle from `now` expires. */
export function idleEnd(settings: UseCaseContext['settings'], rememberMe: boolean, now: Date, absoluteEnd: Date): Date {
  const end = addSeconds(now, rememberMe ? settings.refreshTokenTtlRemembered : settings.refreshTokenTtl);
  return end < absoluteEnd ? end : absoluteEnd;
}

/** The statement parts that insert a session, and its secret. */
interface SessionInsert {
  /**
   * Two members of a WITH clause: `signed_in` marks the user, and `begun` inserts the session. Both take effect only
   * while the user is allowed to sign in with what was verified. A password that was reset in between opens nothing,
   * and neither does a password alone if a second factor was enabled in between.
   */
  members: Sql;
  /** The random part of the session's refresh tokens. */
  secret: Buffer;
}

const INSERT = sqlText(`
  INSERT INTO sessions (id, user_id, secret_hash, generation, remember_me, device_name, device_type, browser, operating_system,
    ip_address, city, country, authentication_methods, authenticated_at, created_at, last_activity_at, expires_at, absolute_expires_at,
    kept_until)`);
const RETURNED = sqlText(SESSION_COLUMNS.join(', '));

/** Returns the statement parts that create a session. `condition` is an additional requirement for its user. */
export function insertSession(
  { settings, client, locate }: SessionContext,
  id: string,
  { now, ...begin }: NewSession & { now: Date },
  condition: Sql = sql`true`,
): SessionInsert {
  const { user, rememberMe, deviceName, authenticationMethods: methods, authenticatedAt } = begin;
  const absoluteEnd = addSeconds(now, settings.sessionAbsoluteTtl);
  const end = idleEnd(settings, rememberMe, now, absoluteEnd);
  const secret = newSessionSecret();
  const { deviceType, browser, operatingSystem } = describeDevice(client.userAgent);
  const { city, country } = locate(client.ipAddress);
  const members = sql`
    signed_in AS (
      UPDATE users SET last_login_at = ${now}
      WHERE id = ${user.id} AND disabled_at IS NULL AND password_changed_at = ${user.passwordChangedAt}
        AND password_change_required_at IS NULL
        AND (two_factor_enabled_at IS NULL OR ${methods.includes(MULTI_FACTOR)}::boolean) AND ${condition}
      RETURNING id),
    begun AS (
      ${INSERT}
      SELECT ${id}, id, ${hashSessionSecret(secret)}, 0, ${rememberMe}, ${deviceName}, ${deviceType}, ${browser},
        ${operatingSystem}, ${client.ipAddress}, ${city}, ${country}, ${methods}, ${authenticatedAt}, ${now}, ${now},
        ${end}, ${absoluteEnd}, ${end}
      FROM signed_in RETURNING ${RETURNED})`;
  return { members, secret };
}

/**
 * Creates a session. Returns `undefined` if the user was disabled, or got another password or a second factor, or needs
 * a new password, in the meantime.
 */
export async function createSession(
  context: SessionContext,
  em: EntityManager,
  begin: NewSession,
): Promise<SessionBegun | undefined> {
  const { members, secret } = insertSession(context, randomUUID(), { ...begin, now: context.clock.now() });
  const [row] = await run(em, sql`WITH ${members} SELECT * FROM begun`);
  return row === undefined ? undefined : { user: begin.user, session: toSessionRecord(row), secret };
}

/** Signs the first tokens of a committed session. */
export async function startSession(context: SessionContext, begun: SessionBegun): Promise<SessionStarted> {
  const { user, session, secret } = begun;
  const { id: sessionId, authenticationMethods, authenticatedAt, rememberMe } = session;
  const role = effectiveRole(context.settings, user.role, authenticationMethods);
  const claims = { userId: user.id, sessionId, role, authenticationMethods, authenticatedAt, generation: 0 };
  const tokens: SessionTokens = {
    access: await context.accessTokens.sign(claims),
    refreshToken: writeRefreshToken(context.secretKeys, { sessionId, generation: 0, secret }),
    refreshTokenExpiresAt: session.expiresAt,
    rememberMe,
  };
  return { kind: 'session-started', user, session, tokens, firstLogin: user.lastLoginAt === null };
}

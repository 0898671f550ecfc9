import { randomUUID } from 'node:crypto';
import { Session } from '../../entities/session.js';
import { addSeconds } from '../../lib/clock.js';
import type { Statement } from '../../lib/query.js';
import { workOnRowsOf } from '../../lib/request-scope.js';
import { type Problem, ProblemError, problem } from '../../problems.js';
import { writeAdmitted } from '../admission.js';
import { riskOf } from '../audit/events.js';
import { type NewAuditEvent, recordEvent } from '../audit/record-event.js';
import { SKIP_HELD_KEEP_KEY } from '../locks.js';
import { actFacts } from '../mail-outbox/act-facts.js';
import { greeting } from '../mail-outbox/write-mail.js';
import { hashSessionSecret, type RefreshToken, writeRefreshToken } from '../tokens/refresh-tokens.js';
import type { Request, UseCaseContext } from '../use-case.js';
import { inTransaction } from '../work.js';
import type { SessionTokens } from './create-session.js';
import { effectiveRole } from './effective-role.js';
import { SESSION_COLUMNS, type SessionRecord, toSessionRecord } from './session-record.js';

/** The session after a refresh. */
export interface SessionRefreshed {
  kind: 'session-refreshed';
  userId: string;
  session: SessionRecord;
  tokens: SessionTokens;
}

type Outcome = SessionRefreshed | Problem<'REFRESH_REJECTED'>;

type Needs = Request &
  Pick<UseCaseContext, 'admission' | 'query' | 'transact' | 'accessTokens' | 'locate' | 'seenGenerations'>;

const COLUMNS = SESSION_COLUMNS.map((column) => `s.${column}`).join(', ');

/** Times of rotations that a session keeps; a token that was replaced earlier is reused. */
const ROTATIONS_KEPT = 5;

/**
 * Returns the whole rotation with its audit event. Of any number of callers with one token, one advances the
 * generation.
 */
const rotation = (name: string, id: string): Statement => ({
  name,
  text: `WITH rotated AS (
      UPDATE sessions s SET
        generation = s.generation + 1, last_rotated_at = $4, rotated_at = (ARRAY[$4::timestamptz] || s.rotated_at)[1:${ROTATIONS_KEPT}],
        last_activity_at = $4, ip_address = $5, city = $8, country = $9,
        expires_at = LEAST(CASE WHEN s.remember_me THEN $6::timestamptz ELSE $7::timestamptz END, s.absolute_expires_at)
      FROM users u
      WHERE s.id = ${id} AND s.generation = $2 AND s.secret_hash = $3 AND s.revoked_at IS NULL AND s.expires_at > $4::timestamptz
        AND u.id = s.user_id AND u.disabled_at IS NULL AND NOT EXISTS (
          SELECT FROM unnest($13::text[], $14::int[]) AS counter (key, most)
          WHERE (SELECT l.points FROM rate_limits l WHERE l.key = counter.key) > most)
      RETURNING ${COLUMNS}, u.role),
    audited AS (
      INSERT INTO audit_events
        (id, type, success, risk_level, actor_id, user_id, ip_address, user_agent, request_id, metadata, created_at)
      SELECT $10, 'REFRESH', true, '${riskOf('REFRESH', true)}', user_id, user_id, $5, $11, $12,
        jsonb_build_object('sessionId', id), $4 FROM rotated)
    SELECT * FROM rotated`,
});
/** Does not wait: a session that another transaction holds is skipped. */
const ROTATE_FREE = rotation(
  'rotate-free-session',
  `(SELECT id FROM sessions WHERE id = $1 ${SKIP_HELD_KEEP_KEY.text})`,
);
const ROTATE = rotation('rotate-session', '$1');

const INSPECT: Statement = {
  name: 'inspect-session',
  // A process of an earlier version keeps only the time of the last rotation.
  text: `SELECT ${COLUMNS}, s.seen_generation,
      CASE WHEN s.rotated_at[1] = s.last_rotated_at THEN s.rotated_at[s.generation - $4::int]
        WHEN s.generation - $4::int = 1 THEN s.last_rotated_at END AS replaced_at,
      u.role, u.email, u.locale, u.timezone, u.display_name, u.disabled_at
    FROM sessions s JOIN users u ON u.id = s.user_id
    WHERE s.id = $1 AND s.secret_hash = $2 AND s.revoked_at IS NULL AND s.expires_at > $3`,
};

async function refreshed(context: Needs, row: Record<string, unknown>, secret: Buffer): Promise<SessionRefreshed> {
  const session = toSessionRecord(row);
  const { id: sessionId, generation, rememberMe, authenticationMethods, authenticatedAt } = session;
  const access = await context.accessTokens.sign({
    userId: row.user_id as string,
    sessionId,
    role: effectiveRole(context.settings, row.role as string, authenticationMethods),
    authenticationMethods,
    authenticatedAt,
    generation,
  });
  const refreshToken = writeRefreshToken(context.secretKeys, { sessionId, generation, secret });
  const tokens = { access, refreshToken, refreshTokenExpiresAt: session.expiresAt, rememberMe };
  return { kind: 'session-refreshed', userId: row.user_id as string, session, tokens };
}

/**
 * Ends a session whose used token was presented again too late, and notifies its owner: someone else holds a copy (RFC
 * 9700 4.14.2).
 */
async function endReusedSession(request: Request, row: Record<string, unknown>): Promise<void> {
  const { requestId, logger } = request;
  const [sessionId, userId] = [row.id as string, row.user_id as string];
  const ended = await inTransaction(request, async (work) => {
    const ids = await work.endSessions({ id: sessionId }, 'REUSE_DETECTED');
    if (ids.length === 0) return false;
    await work.record({ type: 'REFRESH_REUSE', userId, metadata: { sessionId } });
    const device = (row.device_name ?? row.browser ?? '') as string;
    await work.mail({
      mail: 'session-reuse',
      recipient: row.email as string,
      locale: row.locale as string | null,
      userId,
      variables: {
        ...greeting({ displayName: row.display_name as string | null }),
        deviceName: device,
        ...actFacts(work, { timezone: row.timezone as string | null }, work.now),
      },
    });
    return true;
  });
  if (ended) logger.warn({ requestId, sessionId, userId }, 'a refresh token was reused; the session ended');
}

/** Returns the event for a genuine token that is refused. Forged tokens never get this far. */
function refusalOf(sessionId: string, userId: string | null, reason: 'ENDED' | 'ACCOUNT_DISABLED'): NewAuditEvent {
  return { type: 'REFRESH', success: false, userId, metadata: { sessionId, reason } };
}

async function rotate(
  context: Needs,
  statement: Statement,
  { sessionId, generation, secret }: RefreshToken,
  now: Date,
): Promise<SessionRefreshed | undefined> {
  const { refreshTokenTtl, refreshTokenTtlRemembered } = context.settings;
  const { ipAddress, userAgent } = context.client;
  const { city, country } = context.locate(ipAddress);
  const ends = [addSeconds(now, refreshTokenTtlRemembered), addSeconds(now, refreshTokenTtl)];
  const client = [...ends, city, country, randomUUID(), userAgent, context.requestId];
  const values = [sessionId, generation, hashSessionSecret(secret), now, ipAddress, ...client];
  const [row] = await writeAdmitted(context, ({ keys, most }) => ({
    text: statement.text,
    values: [...values, keys, most],
  }));
  return row && (await refreshed(context, row, secret));
}

/** Rotates a session whose row another transaction holds. Requests of one account wait for it together. */
async function rotateInTurn(context: Needs, token: RefreshToken, now: Date): Promise<Outcome> {
  return (await rotate(context, ROTATE, token, now)) ?? (await explain(context, token, now, true));
}

async function inspect(context: Needs, token: RefreshToken, now: Date) {
  const { sessionId, secret, generation } = token;
  const [row] = await context.query(INSPECT, [sessionId, hashSessionSecret(secret), now, generation]);
  return row;
}

/**
 * Returns whether a replaced token is answered with the current one. It is for a grace period after its own replacement,
 * because the tabs of a browser share a token. The direct predecessor is until its successor was presented, or an access
 * token issued with it, because the answer may have been lost. Whoever uses a stolen predecessor presents the successor.
 */
function isRepeatable(
  { settings, seenGenerations }: Needs,
  token: RefreshToken,
  row: Record<string, unknown>,
  now: Date,
) {
  const grace = settings.refreshReuseGraceSeconds * 1_000;
  if (grace === 0) return false;
  const replacedAt = row.replaced_at as string | null;
  if (replacedAt !== null && now.getTime() - new Date(replacedAt).getTime() < grace) return true;
  const generation = row.generation as number;
  const seen = Math.max(row.seen_generation as number, seenGenerations.newest(token.sessionId));
  return generation - token.generation === 1 && seen < generation;
}

/**
 * Explains why the rotation found no row. It distinguishes an ended session, a row that is held, a retry within the
 * grace period, and a reuse.
 */
async function explain(context: Needs, token: RefreshToken, now: Date, hasWaited = false): Promise<Outcome> {
  const rejected = problem('REFRESH_REJECTED');
  const { sessionId } = token;
  const row = await inspect(context, token, now);
  if (row === undefined) {
    const ended = await context.em.findOne(Session, sessionId, { fields: ['user'] });
    await recordEvent(context.em, context, refusalOf(sessionId, ended?.user.id ?? null, 'ENDED'));
    return rejected;
  }
  workOnRowsOf(`user:${String(row.user_id)}`);
  if (row.disabled_at !== null) {
    await inTransaction(context, async (work) => {
      await work.endSessions({ id: sessionId }, 'ACCOUNT_DISABLED');
      await work.record(refusalOf(sessionId, row.user_id as string, 'ACCOUNT_DISABLED'));
    });
    return rejected;
  }
  const behind = (row.generation as number) - token.generation;
  if (behind === 0 && !hasWaited) return await rotateInTurn(context, token, now);
  if (behind <= 0) return rejected;
  if (isRepeatable(context, token, row, now)) return await repeated(context, token, row);
  await endReusedSession(context, row);
  return rejected;
}

/** Answers a repetition again, which counts for no limit. */
async function repeated(context: Needs, { secret }: RefreshToken, row: Record<string, unknown>) {
  await context.admission?.uncount();
  return await refreshed(context, row, secret);
}

/** Answers a repetition that a limit has rejected, and rejects everything else. */
async function repeatedOrRejected(context: Needs, token: RefreshToken, now: Date, rejection: unknown) {
  if (!(rejection instanceof ProblemError)) throw rejection;
  const row = await inspect(context, token, now);
  if (row === undefined || row.disabled_at !== null || !isRepeatable(context, token, row, now)) throw rejection;
  return await repeated(context, token, row);
}

/** Issues a session's next tokens. The user's role and state are read again in the same statement. */
export async function refresh(context: Needs, token: RefreshToken): Promise<Outcome> {
  const now = context.clock.now();
  try {
    return (await rotate(context, ROTATE_FREE, token, now)) ?? (await explain(context, token, now));
  } catch (rejection) {
    return await repeatedOrRejected(context, token, now, rejection);
  }
}

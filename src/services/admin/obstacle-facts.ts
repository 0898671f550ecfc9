import { AuditEvent } from '../../entities/audit-event.js';
import { addSeconds } from '../../lib/clock.js';
import { sql } from '../../lib/sql.js';
import { findLockEnds, type Locked, lockedSubject, namesOf } from '../attempts/current-locks.js';
import { type LoginWindows, usersAtLimit } from '../attempts/login-limit.js';
import type { UseCaseContext } from '../use-case.js';
import type { AdminUserRecord } from './user-record.js';

/** What is known about the sign-ins of an account. */
export interface ObstacleFacts {
  user: AdminUserRecord;
  /** When each lock expires. */
  locks: Partial<Record<Locked, Date>>;
  isAtLimit: boolean;
  /** The latest refused sign-in, if no successful one followed. */
  openRefusal: AuditEvent | null;
  lastRefusal: AuditEvent | null;
}

/** What reading them needs. */
export type ObstacleContext = Pick<
  UseCaseContext,
  'em' | 'query' | 'clock' | 'settings' | 'secretKeys' | 'limiter' | 'logger' | 'requestId'
>;

/** Older refusals say nothing about a sign-in now. */
const REFUSALS_SECONDS = 30 * 86_400;
/** The latest devices of an account that are looked at. */
const MOST_DEVICES = 20;

async function findRefusals(context: ObstacleContext, userIds: readonly string[]): Promise<Map<string, AuditEvent>> {
  const since = addSeconds(context.clock.now(), -REFUSALS_SECONDS);
  const { text, values } = sql`
    SELECT found.* FROM unnest(${userIds}::uuid[]) AS wanted (id) CROSS JOIN LATERAL (
      SELECT * FROM audit_events
      WHERE user_id = wanted.id AND NOT success AND type IN ('LOGIN', 'TWO_FACTOR', 'TOKEN_EXCHANGE')
        AND created_at > ${since}
      ORDER BY created_at DESC, id DESC LIMIT 1) AS found`;
  const rows = await context.query({ name: 'last-refusals', text }, values);
  return new Map(rows.map((row) => [row.user_id as string, context.em.map(AuditEvent, row)]));
}

async function findDevices({ query }: ObstacleContext, userIds: readonly string[]): Promise<Map<string, string[]>> {
  const { text, values } = sql`
    SELECT found.user_id, found.device_key FROM unnest(${userIds}::uuid[]) AS wanted (id) CROSS JOIN LATERAL (
      SELECT user_id, device_key FROM known_devices WHERE user_id = wanted.id
      ORDER BY last_seen_at DESC LIMIT ${MOST_DEVICES}) AS found`;
  const rows = await query({ name: 'devices-of-users', text }, values);
  const byUser = Map.groupBy(rows, (row) => row.user_id as string);
  return new Map([...byUser].map(([id, found]) => [id, found.map((row) => row.device_key as string)]));
}

async function findLocksOf(context: ObstacleContext, users: readonly AdminUserRecord[]) {
  const devices = await findDevices(
    context,
    users.map(({ id }) => id),
  );
  const subjects = users.flatMap((user) => [
    ...namesOf(context, user).map((value) => lockedSubject(context, user.id, { scope: 'identifier', value })),
    ...(['two-factor', 'recovery-code'] as const).map((scope) =>
      lockedSubject(context, user.id, { scope, userId: user.id }),
    ),
    ...(devices.get(user.id) ?? []).map((deviceKey) =>
      lockedSubject(context, user.id, { scope: 'device', userId: user.id, deviceKey }),
    ),
  ]);
  return await findLockEnds(context, subjects);
}

/** Gathers what is known about the sign-ins of accounts, by a number of statements that does not depend on theirs. */
export async function gatherObstacleFacts(
  context: ObstacleContext,
  users: readonly AdminUserRecord[],
  limits: LoginWindows,
): Promise<ObstacleFacts[]> {
  const ids = users.map(({ id }) => id);
  const [locks, refusals, atLimit] = await Promise.all([
    findLocksOf(context, users),
    findRefusals(context, ids),
    usersAtLimit(context, users, limits),
  ]);
  return users.map((user) => {
    const lastRefusal = refusals.get(user.id) ?? null;
    const isOpen = lastRefusal !== null && (user.lastLoginAt == null || lastRefusal.createdAt > user.lastLoginAt);
    const openRefusal = isOpen ? lastRefusal : null;
    return { user, locks: locks.get(user.id) ?? {}, isAtLimit: atLimit.has(user.id), openRefusal, lastRefusal };
  });
}

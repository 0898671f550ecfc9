import type { User } from '../../entities/user.js';
import { addSeconds } from '../../lib/clock.js';
import { countedName } from '../../lib/email-key.js';
import { sql } from '../../lib/sql.js';
import type { UseCaseContext } from '../use-case.js';
import { subjectKey, type TrySubject } from './subject.js';
import { LIFT_SECONDS, mostInAll } from './total.js';

type Named = Pick<User, 'id' | 'email' | 'usernameKey'>;
type Needs = Pick<UseCaseContext, 'query' | 'clock' | 'settings' | 'secretKeys'>;

/** The kinds of attempts of an account that can be locked. */
export type Locked = TrySubject['scope'];

/** A subject of failed attempts that belongs to an account. */
export interface LockedSubject {
  userId: string;
  scope: Locked;
  key: string;
  /** Total number of failures at which no attempt is left. */
  most: number;
}

/** Returns the names with which a user signs in, as attempts are counted. */
export function namesOf({ settings }: Pick<Needs, 'settings'>, { email, usernameKey }: Named): string[] {
  return [countedName(settings.emailDeduplication, email), usernameKey].filter((name) => name != null);
}

/** Returns a subject of an account. */
export function lockedSubject(context: Needs, userId: string, subject: TrySubject): LockedSubject {
  const { scope } = subject;
  return { userId, scope, key: subjectKey(context.secretKeys, subject), most: mostInAll(context, subject) };
}

/** Returns when a lock ends. A total that is used up ends as the answer to a sign-in says. */
function endOf(context: Needs, row: Record<string, unknown>): Date {
  const { locked_until: until, lifted_at: liftedAt, is_used_up: isUsedUp } = row as Record<string, string | null>;
  const now = context.clock.now();
  const ofTotal =
    liftedAt == null ? addSeconds(now, context.settings.lockoutSeconds) : addSeconds(new Date(liftedAt), LIFT_SECONDS);
  const ends = [...(until == null ? [] : [new Date(until)]), ...(isUsedUp ? [ofTotal] : [])];
  return new Date(Math.max(0, ...ends.map((end) => end.getTime())));
}

/** Returns when the latest lock of each account and kind expires, by one statement. Kinds without a lock are left out. */
export async function findLockEnds(
  context: Needs,
  subjects: readonly LockedSubject[],
): Promise<Map<string, Partial<Record<Locked, Date>>>> {
  const locks = new Map<string, Partial<Record<Locked, Date>>>();
  if (subjects.length === 0) return locks;
  const now = context.clock.now();
  const { text, values } = sql`
    SELECT key, locked_until, lifted_at, total >= most AS is_used_up
    FROM unnest(${subjects.map(({ key }) => key)}::text[], ${subjects.map(({ most }) => most)}::int[]) AS given (key, most)
    JOIN login_failures USING (key)
    WHERE locked_until > ${now} OR total >= most`;
  const rows = await context.query({ name: 'current-locks', text }, values);
  const byKey = new Map(subjects.map((subject) => [subject.key, subject]));
  for (const row of rows) {
    const subject = byKey.get(row.key as string);
    const until = endOf(context, row);
    if (subject === undefined || until <= now) continue;
    const known = locks.get(subject.userId) ?? {};
    const latest = known[subject.scope];
    if (latest === undefined || latest < until) locks.set(subject.userId, { ...known, [subject.scope]: until });
  }
  return locks;
}

/** Returns when the lock of each user's sign-in names expires, by one statement. Users without a lock are left out. */
export async function findLocks(context: Needs, users: readonly Named[]): Promise<Map<string, Date>> {
  const subjects = users.flatMap((user) =>
    namesOf(context, user).map((value) => lockedSubject(context, user.id, { scope: 'identifier', value })),
  );
  const ends = await findLockEnds(context, subjects);
  return new Map([...ends].flatMap(([id, { identifier }]) => (identifier === undefined ? [] : [[id, identifier]])));
}

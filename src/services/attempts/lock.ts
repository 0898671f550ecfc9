import type { EntityManager } from '@mikro-orm/postgresql';
import { KnownDevice } from '../../entities/known-device.js';
import type { User } from '../../entities/user.js';
import { addSeconds } from '../../lib/clock.js';
import { countedName } from '../../lib/email-key.js';
import { run, sql } from '../../lib/sql.js';
import { actFacts } from '../mail-outbox/act-facts.js';
import { greeting } from '../mail-outbox/write-mail.js';
import type { Request, UseCaseContext } from '../use-case.js';
import type { SignInUser } from '../users/user-columns.js';
import { inTransaction, type Work } from '../work.js';
import { subjectKey, type TrySubject } from './subject.js';
import { LIFT_SECONDS, mostInAll, TRIES_OF_A_DAY } from './total.js';

type Keys = Pick<UseCaseContext, 'secretKeys'>;

interface FailedAttempt {
  key: string;
  /** Counter key of the caller's network; the same as `key` if only one client attempts the subject. */
  here: string;
  scope: TrySubject['scope'];
  owner: SignInUser | null;
}

/** The owner is notified at most once in this time, however often the subject is locked. */
const TELL_AGAIN_AFTER_SECONDS = 86_400;
/** Recipient of the mail for a name without an account. The mail equalises the work and is never sent. */
const NOBODY = 'nobody@invalid';

/** Counts a failure, and locks the subject until the given time if it was the last one allowed. */
const fail = (key: string, { now, threshold, until }: { now: Date; threshold: number; until: Date }) => sql`
  UPDATE login_failures AS f SET
    failures = f.failures + 1, total = f.total + 1, in_flight = GREATEST(f.in_flight - 1, 0), failed_at = ${now},
    locked_until =
      CASE WHEN f.failures + 1 >= ${threshold} AND f.locked_until IS NULL THEN ${until}::timestamptz ELSE f.locked_until END
  WHERE f.key = ${key}
  RETURNING f.failures >= ${threshold} AND f.locked_until = ${until}::timestamptz AS locks, f.notified_at, f.counted_since`;
/**
 * Counts a failure for one client network. Its delay counter restarts after the duration of a lock. Its share in the
 * subject's counter lasts as long as that counter.
 */
const failHere = (here: string, { since, now, ended }: { since: string | null; now: Date; ended: Date }) => sql`
  INSERT INTO login_failures AS f (key, failures, in_flight, total, counted, counted_since, last_tried_at)
  VALUES (${here}, 1, 0, 0, 1, ${since}::timestamptz, ${now})
  ON CONFLICT (key) DO UPDATE SET
    failures = CASE WHEN f.last_tried_at < ${ended} THEN 1 ELSE f.failures + 1 END,
    counted = CASE WHEN f.counted_since IS NOT DISTINCT FROM excluded.counted_since THEN f.counted + 1 ELSE 1 END,
    counted_since = excluded.counted_since, last_tried_at = excluded.last_tried_at`;

async function notifyOfLock(work: Work, { owner }: FailedAttempt, told: boolean): Promise<void> {
  const lockedMinutes = String(Math.max(1, Math.round(work.settings.lockoutSeconds / 60)));
  await work.mail({
    mail: owner === null || told ? 'none' : 'account-locked',
    recipient: owner?.email ?? NOBODY,
    locale: owner?.locale ?? null,
    userId: owner?.id ?? null,
    variables: { ...actFacts(work, owner, work.now), lockedMinutes, ...greeting(owner) },
  });
}

/** Returns the counter key of an account's authenticator codes. */
function appCodesKey({ secretKeys }: Keys, userId: string): string {
  return subjectKey(secretKeys, { scope: 'two-factor', userId });
}

/** Lifts the lock of the authenticator codes. Their total is only lowered far enough for a day's attempts. */
async function liftAppCodes(work: Work, userId: string): Promise<boolean> {
  const { em, now } = work;
  const left = mostInAll(work, { scope: 'two-factor' }) - TRIES_OF_A_DAY;
  // However many resets there are, a day allows no more than its quota of attempts beyond the total.
  const liftsTotal = sql`total > ${left} AND (lifted_at IS NULL OR lifted_at <= ${addSeconds(now, -LIFT_SECONDS)})`;
  const lift = sql`
    UPDATE login_failures SET failures = 0, counted_since = ${now}, locked_until = NULL,
      total = CASE WHEN ${liftsTotal} THEN ${left} ELSE total END,
      lifted_at = CASE WHEN ${liftsTotal} THEN ${now} ELSE lifted_at END
    WHERE key = ${appCodesKey(work, userId)} AND (failures > 0 OR locked_until IS NOT NULL OR ${liftsTotal}) RETURNING key`;
  return (await run(em, lift)).length > 0;
}

/** Resets the counter of the authenticator codes for a user who was verified by a recovery code. */
export async function forgetAppCodes(work: Work, userId: string): Promise<void> {
  await run(
    work.em,
    sql`UPDATE login_failures
      SET failures = 0, counted_since = ${work.now}, total = 0, locked_until = NULL, lifted_at = NULL
      WHERE key = ${appCodesKey(work, userId)}`,
  );
}

interface FailedRow {
  locks: boolean;
  notified_at: string | null;
  counted_since: string | null;
}

/**
 * Counts a failed attempt, and locks its subject if it was the last one allowed. Lock, audit event and mail are written
 * together.
 */
export async function lockIfDue(request: Request, wrong: FailedAttempt): Promise<void> {
  const { lockoutThreshold, lockoutSeconds } = request.settings;
  await inTransaction(request, async (work) => {
    const { em, now } = work;
    const until = addSeconds(now, lockoutSeconds);
    const [row] = await run<FailedRow>(em, fail(wrong.key, { now, threshold: lockoutThreshold, until }));
    if (wrong.here !== wrong.key) {
      const since = row?.counted_since ?? null;
      await run(em, failHere(wrong.here, { since, now, ended: addSeconds(now, -lockoutSeconds) }));
    }
    if (row?.locks !== true) return;
    const toldAt = row.notified_at === null ? undefined : new Date(row.notified_at);
    const told = toldAt !== undefined && toldAt > addSeconds(now, -TELL_AGAIN_AFTER_SECONDS);
    if (!told) await run(em, sql`UPDATE login_failures SET notified_at = ${now} WHERE key = ${wrong.key}`);
    const userId = wrong.owner?.id ?? null;
    await work.record({ type: 'ACCOUNT_LOCK', userId, metadata: { scope: wrong.scope } });
    await notifyOfLock(work, wrong, told);
  });
}

/** Deletes counters; returns whether there were any. */
async function forget(em: EntityManager, keys: string[]): Promise<boolean> {
  return (await run(em, sql`DELETE FROM login_failures WHERE key = ANY(${keys}) RETURNING key`)).length > 0;
}

/**
 * Lifts every lock of an account and clears its failed attempts. Returns whether there were any. The total of the
 * authenticator codes stays, with a few more attempts each day: otherwise a reader of the owner's mail could guess
 * them, one reset after the other.
 */
export async function forgetFailures(work: Work, user: Pick<User, 'id' | 'email' | 'usernameKey'>): Promise<boolean> {
  const { em, settings, secretKeys } = work;
  // Before the row of the recovery codes: a correct recovery code locks them in the same order.
  const lifted = await liftAppCodes(work, user.id);
  const devices = await em.find(KnownDevice, { user: user.id });
  const email = countedName(settings.emailDeduplication, user.email);
  const names = [email, user.usernameKey].filter((name) => name != null);
  const subjects: TrySubject[] = [
    ...names.map((value) => ({ scope: 'identifier' as const, value })),
    ...devices.map(({ deviceKey }) => ({ scope: 'device' as const, userId: user.id, deviceKey })),
    ...(['password', 'recovery-code', 'enrolment'] as const).map((scope) => ({ scope, userId: user.id })),
  ];
  const keys = subjects.map((subject) => subjectKey(secretKeys, subject));
  return (await forget(em, keys)) || lifted;
}

/** Clears the failed codes of an account and their totals, for an operator who has identified the user. */
export async function forgetWrongCodes({ em, secretKeys }: Work, userId: string): Promise<boolean> {
  const scopes = ['two-factor', 'recovery-code'] as const;
  return await forget(
    em,
    scopes.map((scope) => subjectKey(secretKeys, { scope, userId })),
  );
}

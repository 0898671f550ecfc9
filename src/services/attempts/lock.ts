import type { EntityManager } from '@mikro-orm/postgresql';
import { KnownDevice } from '../../entities/known-device.js';
import type { User } from '../../entities/user.js';
import { addSeconds } from '../../lib/clock.js';
import { countedName } from '../../lib/email-key.js';
import { recordEvent } from '../audit/record-event.js';
import { actFacts } from '../mail-outbox/act-facts.js';
import { handOver, type MailingContext } from '../mail-outbox/hand-over.js';
import { greeting, writeMail } from '../mail-outbox/write-mail.js';
import type { UseCaseContext } from '../use-case.js';
import { subjectKey, type TrySubject } from './subject.js';
import { LIFT_SECONDS, mostInAll, TRIES_OF_A_DAY } from './total.js';

type Keys = Pick<UseCaseContext, 'secretKeys'>;
type LiftingContext = Keys & Pick<UseCaseContext, 'clock' | 'settings'>;

/** What counting needs. */
export type CountingContext = Pick<UseCaseContext, 'em' | 'clock' | 'settings' | 'secretKeys' | 'client'> &
  MailingContext;

/** A name that was just tried in vain. */
interface WrongTry {
  key: string;
  /** What the tries from the caller's network are counted by; the same key where the caller is the only one who tries. */
  here: string;
  scope: TrySubject['scope'];
  owner: User | null;
}

/** The owner is told once in this time, however often the name is locked. */
const TELL_AGAIN_AFTER_SECONDS = 86_400;
/** Where the mail of a name without an account would go; it is written for the sake of equal work and never sent. */
const NOBODY = 'nobody@invalid';

const FAIL = `
  UPDATE login_failures AS f SET
    failures = f.failures + 1, total = f.total + 1, in_flight = GREATEST(f.in_flight - 1, 0), failed_at = ?,
    locked_until = CASE WHEN f.failures + 1 >= ? AND f.locked_until IS NULL THEN ?::timestamptz ELSE f.locked_until END
  WHERE f.key = ?
  RETURNING f.failures >= ? AND f.locked_until = ?::timestamptz AS locks, f.notified_at, f.counted_since`;
/**
 * Counts for one client network: for its delay, which begins anew after as much time as a lock lasts, and its share in the
 * count of the subject, which lasts as long as that.
 */
const FAIL_HERE = `
  INSERT INTO login_failures AS f (key, failures, in_flight, total, counted, counted_since, last_tried_at)
  VALUES (?, 1, 0, 0, 1, ?::timestamptz, ?)
  ON CONFLICT (key) DO UPDATE SET
    failures = CASE WHEN f.last_tried_at < ? THEN 1 ELSE f.failures + 1 END,
    counted = CASE WHEN f.counted_since IS NOT DISTINCT FROM excluded.counted_since THEN f.counted + 1 ELSE 1 END,
    counted_since = excluded.counted_since, last_tried_at = excluded.last_tried_at`;
const NOTIFIED = 'UPDATE login_failures SET notified_at = ? WHERE key = ?';
const FORGET = 'DELETE FROM login_failures WHERE key = ANY(?)';
/** However many resets there are, a day allows no more than its tries beyond the total. */
const LIFTS_TOTAL = 'total > ? AND (lifted_at IS NULL OR lifted_at <= ?)';
const LIFT = `
  UPDATE login_failures SET failures = 0, counted_since = ?, locked_until = NULL,
    total = CASE WHEN ${LIFTS_TOTAL} THEN ? ELSE total END,
    lifted_at = CASE WHEN ${LIFTS_TOTAL} THEN ? ELSE lifted_at END
  WHERE key = ? AND (failures > 0 OR locked_until IS NOT NULL OR ${LIFTS_TOTAL}) RETURNING key`;
const START_ANEW = `
  UPDATE login_failures SET failures = 0, counted_since = ?, total = 0, locked_until = NULL, lifted_at = NULL
  WHERE key = ?`;

async function tellOwner(context: CountingContext, em: EntityManager, wrong: WrongTry, told: boolean): Promise<string> {
  const { owner } = wrong;
  const now = context.clock.now();
  const lockedMinutes = String(Math.max(1, Math.round(context.settings.lockoutSeconds / 60)));
  return await writeMail(em, {
    mail: owner === null || told ? 'none' : 'account-locked',
    recipient: owner?.email ?? NOBODY,
    locale: owner?.locale ?? null,
    variables: { ...actFacts(context, owner, now), lockedMinutes, ...greeting(owner) },
    requestId: context.requestId,
    now,
  });
}

/** What the codes of an account's app are counted by. */
function appCodesKey({ secretKeys }: Keys, userId: string): string {
  return subjectKey(secretKeys, { scope: 'two-factor', userId });
}

/** Lifts the lock of the app's codes; of their total, which nobody but the right code ends, it takes a few tries off. */
async function liftAppCodes(em: EntityManager, context: LiftingContext, userId: string): Promise<boolean> {
  const now = context.clock.now();
  const left = mostInAll(context, { scope: 'two-factor' }) - TRIES_OF_A_DAY;
  const lifts = [left, addSeconds(now, -LIFT_SECONDS)];
  const values = [now, ...lifts, left, ...lifts, now, appCodesKey(context, userId), ...lifts];
  return (await em.execute<unknown[]>(LIFT, values)).length > 0;
}

/** Lets the count of the app's codes begin anew for somebody who is proven by a recovery code. */
export async function forgetAppCodes(
  em: EntityManager,
  context: Keys & Pick<UseCaseContext, 'clock'>,
  userId: string,
): Promise<void> {
  await em.execute(START_ANEW, [context.clock.now(), appCodesKey(context, userId)]);
}

interface FailedRow {
  locks: boolean;
  notified_at: string | null;
  counted_since: string | null;
}

/** Counts a wrong try, and locks its name when it was the last one allowed: lock, audit event and mail come together. */
export async function lockIfDue(context: CountingContext, wrong: WrongTry): Promise<void> {
  const { lockoutThreshold, lockoutSeconds } = context.settings;
  const now = context.clock.now();
  const until = addSeconds(now, lockoutSeconds);
  const outboxId = await context.em.fork().transactional(async (em) => {
    const values = [now, lockoutThreshold, until, wrong.key, lockoutThreshold, until];
    const [row] = await em.execute<FailedRow[]>(FAIL, values);
    if (wrong.here !== wrong.key) {
      const since = row?.counted_since ?? null;
      await em.execute(FAIL_HERE, [wrong.here, since, now, addSeconds(now, -lockoutSeconds)]);
    }
    if (row?.locks !== true) return undefined;
    const toldAt = row.notified_at === null ? undefined : new Date(row.notified_at);
    const told = toldAt !== undefined && toldAt > addSeconds(now, -TELL_AGAIN_AFTER_SECONDS);
    if (!told) await em.execute(NOTIFIED, [now, wrong.key]);
    const userId = wrong.owner?.id ?? null;
    await recordEvent(em, context, { type: 'ACCOUNT_LOCK', userId, metadata: { scope: wrong.scope } });
    return await tellOwner(context, em, wrong, told);
  });
  if (outboxId !== undefined) handOver(context, outboxId);
}

/**
 * Lifts every lock of an account, and forgets its wrong tries; returns whether there were any. Codes of
 * the app go on being counted in total, with a few more each day: else whoever reads the owner's mail could guess them, one
 * reset after the other.
 */
export async function forgetFailures(
  em: EntityManager,
  context: LiftingContext,
  user: Pick<User, 'id' | 'email' | 'usernameKey'>,
): Promise<boolean> {
  // Before the recovery codes' row: a recovery code that is right takes them in the same order.
  const lifted = await liftAppCodes(em, context, user.id);
  const devices = await em.find(KnownDevice, { user: user.id });
  const email = countedName(context.settings.emailDeduplication, user.email);
  const names = [email, user.usernameKey].filter((name) => name != null);
  const subjects: TrySubject[] = [
    ...names.map((value) => ({ scope: 'identifier' as const, value })),
    ...devices.map(({ deviceKey }) => ({ scope: 'device' as const, userId: user.id, deviceKey })),
    ...(['password', 'recovery-code', 'enrolment'] as const).map((scope) => ({ scope, userId: user.id })),
  ];
  const keys = subjects.map((subject) => subjectKey(context.secretKeys, subject));
  const forgotten = await em.execute<unknown[]>(`${FORGET} RETURNING key`, [`{${keys.join(',')}}`]);
  return lifted || forgotten.length > 0;
}

/** Forgets the wrong codes of an account, those in total too: for an operator who knows whom they help. */
export async function forgetWrongCodes(em: EntityManager, context: Keys, userId: string): Promise<boolean> {
  const scopes = ['two-factor', 'recovery-code'] as const;
  const keys = `{${scopes.map((scope) => subjectKey(context.secretKeys, { scope, userId })).join(',')}}`;
  return (await em.execute<unknown[]>(`${FORGET} RETURNING key`, [keys])).length > 0;
}

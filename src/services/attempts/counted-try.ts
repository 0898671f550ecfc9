import { setTimeout as sleep } from 'node:timers/promises';
import type { EntityManager } from '@mikro-orm/postgresql';
import { clientNetwork } from '../../lib/client-network.js';
import { addSeconds } from '../../lib/clock.js';
import { uninterrupted } from '../../lib/request-scope.js';
import { run, type Sql, sql, sqlText } from '../../lib/sql.js';
import { type Problem, problem } from '../../problems.js';
import type { Request } from '../use-case.js';
import type { SignInUser } from '../users/user-columns.js';
import { lockIfDue } from './lock.js';
import { networkKey, subjectKey, type TrySubject } from './subject.js';
import { LIFT_SECONDS, mostInAll, TRIES_OF_A_DAY } from './total.js';

/** An admitted attempt. Its outcome is reported once. */
export interface Attempt {
  /** Reports a failure. `owner` is notified by mail if it locks the subject. */
  failed(owner: SignInUser | null): Promise<void>;
  /**
   * Reports a success, which clears earlier failures from this network. `em` must be in the transaction of what the
   * attempt permits.
   */
  succeeded(em: EntityManager): Promise<void>;
  /** Returns the statements of `succeeded`, for a transaction that is sent as one batch. */
  success(): Sql[];
}

/** An attempt that is undecided for this long was cut off with its process. */
const FORGET_UNDECIDED_AFTER_SECONDS = 60;
/** Delay of the last attempt before the lock. Each earlier attempt is delayed half as long as the next. */
const LONGEST_DELAY_MILLISECONDS = 1_000;
const SHORTEST_DELAY_MILLISECONDS = 100;
const FIRST_POLL_MILLISECONDS = 25;
const LONGEST_POLL_MILLISECONDS = 400;
const WAIT_FOR_OTHERS_MILLISECONDS = 10_000;

/**
 * Counter keys of an attempt: its subject, and the subject's attempts from the caller's network, which determine the
 * delay.
 */
interface TryKeys {
  key: string;
  here: string;
  /** Total number of failures at which no slot is left. */
  most: number;
}

/** Time of this attempt. */
const NOW = sql`excluded.last_tried_at`;
const IN_FLIGHT = sqlText(
  `CASE WHEN f.last_tried_at < excluded.last_tried_at - interval '${FORGET_UNDECIDED_AFTER_SECONDS} seconds' THEN 0
    ELSE f.in_flight END`,
);
const DAY = sqlText(`interval '${LIFT_SECONDS} seconds'`);

/**
 * Takes one of the slots left before the lock, and returns the failures so far. However many callers run in parallel,
 * in one process or many, no more of them get one than there are slots. The commit is asynchronous: a crash of the
 * database loses only a slot held for a moment, and the outcome of the attempt is written durably.
 */
function takePlaceOf({ key, here, most }: TryKeys, { lockoutSeconds, lockoutThreshold }: Lockout, now: Date): Sql {
  // The lock has ended, or there was no failure for as long. A successful attempt does not matter here, as that would
  // reveal it to strangers.
  const countEnded = sql`f.locked_until <= ${NOW}
    OR COALESCE(f.failed_at, f.last_tried_at) < ${NOW} - make_interval(secs => ${lockoutSeconds})`;
  const failures = sql`CASE WHEN ${countEnded} THEN 0 ELSE f.failures END`;
  // The attempts of a day are used up, and the day is over.
  const dayBegins = sql`f.total >= ${most} AND f.lifted_at <= ${NOW} - ${DAY}`;
  const total = sql`CASE WHEN ${dayBegins} THEN ${most - TRIES_OF_A_DAY} ELSE f.total END`;
  return sql`
    INSERT INTO login_failures AS f (key, failures, in_flight, total, counted_since, last_tried_at)
    SELECT given.key, 0, 1, 0, given.now, given.now
    FROM (SELECT ${key}::text AS key, ${now}::timestamptz AS now) AS given, set_config('synchronous_commit', 'off', true)
    ON CONFLICT (key) DO UPDATE SET
      failures = ${failures}, counted_since = CASE WHEN ${countEnded} THEN ${NOW} ELSE f.counted_since END,
      in_flight = ${IN_FLIGHT} + 1, total = ${total},
      lifted_at = CASE WHEN ${dayBegins} THEN ${NOW} ELSE f.lifted_at END,
      locked_until = NULL, last_tried_at = ${NOW}
    WHERE (f.locked_until IS NULL OR f.locked_until <= ${NOW})
      AND ${failures} + ${IN_FLIGHT} < ${lockoutThreshold} AND ${total} + ${IN_FLIGHT} < ${most}
    RETURNING failures, (
      SELECT own.failures FROM login_failures own
      WHERE own.key = ${here} AND own.last_tried_at >= ${addSeconds(now, -lockoutSeconds)}) AS own_failures`;
}

type Lockout = Pick<Request['settings'], 'lockoutSeconds' | 'lockoutThreshold'>;

/** Resets the counter of a subject that only its owner attempts. */
const succeedAlone = (key: string) => sql`
  UPDATE login_failures SET failures = 0, total = 0, locked_until = NULL, lifted_at = NULL,
    in_flight = GREATEST(in_flight - 1, 0)
  WHERE key = ${key}`;
/**
 * Resets the consecutive total. This locks the subject's row, which every count locks before the rows of the networks.
 */
const succeed = (key: string) => sql`
  UPDATE login_failures SET total = 0, lifted_at = NULL, in_flight = GREATEST(in_flight - 1, 0) WHERE key = ${key}`;
/**
 * Subtracts the failures of the network that succeeded, and of networks that succeeded earlier, while their rows are
 * kept. Failures of other networks remain: resetting them would reveal to strangers that the owner signed in.
 */
const explain = ({ key, here, now }: Omit<TryKeys, 'most'> & { now: Date }) => sql`
  WITH given AS (SELECT ${key}::text AS key, ${here}::text AS here, ${now}::timestamptz AS now),
  explained AS (
    SELECT f.key, f.counted FROM login_failures f, given
    WHERE (f.key = given.here OR f.subject_key = given.key) AND f.counted > 0
      AND f.counted_since IS NOT DISTINCT FROM (
        SELECT own.counted_since FROM login_failures own WHERE own.key = ${key})),
  elsewhere AS (
    UPDATE login_failures AS f SET counted = 0 FROM explained, given
    WHERE f.key = explained.key AND f.key <> given.here),
  here AS (
    INSERT INTO login_failures AS f (key, subject_key, failures, in_flight, total, last_tried_at)
    SELECT given.here, given.key, 0, 0, 0, given.now FROM given
    ON CONFLICT (key) DO UPDATE SET
      failures = 0, counted = 0, subject_key = excluded.subject_key, last_tried_at = excluded.last_tried_at
    WHERE f.failures > 0 OR f.counted > 0 OR f.subject_key IS NULL
      OR f.last_tried_at < excluded.last_tried_at - interval '1 day')
  UPDATE login_failures AS f SET failures = GREATEST(f.failures - tries.wrong, 0)
  FROM given, (SELECT sum(counted)::int AS wrong FROM explained) AS tries
  WHERE f.key = given.key AND tries.wrong > 0`;
const release = (key: string) =>
  sql`UPDATE login_failures SET in_flight = GREATEST(in_flight - 1, 0) WHERE key = ${key}`;

function locked(until: Date, now: Date): Problem<'ACCOUNT_LOCKED'> {
  const retryAfterSeconds = Math.max(1, Math.ceil((until.getTime() - now.getTime()) / 1_000));
  return problem('ACCOUNT_LOCKED', { retryAfterSeconds, lockedUntil: until });
}

/** Returns the failures so far that determine the delay; undefined if no slot is left. */
async function takePlace(context: Request, keys: TryKeys): Promise<number | undefined> {
  const statement = takePlaceOf(keys, context.settings, context.clock.now());
  const [row] = await run<{ failures: number; own_failures: number | null }>(context.em, statement);
  return keys.key === keys.here ? row?.failures : row && (row.own_failures ?? 0);
}

interface LockRow {
  locked_until: string | null;
  total: number;
  lifted_at: string | null;
}

/**
 * Returns when the next attempt is allowed once the total is used up: always one lock duration from now, or at the end
 * of the day.
 */
function endOfTotal(context: Request, { lifted_at: liftedAt }: LockRow, now: Date): Date {
  return liftedAt === null
    ? addSeconds(now, context.settings.lockoutSeconds)
    : addSeconds(new Date(liftedAt), LIFT_SECONDS);
}

/**
 * Returns the lock that leaves no slot; undefined if other attempts are about to free their slots or to lock the
 * subject.
 */
async function findLock(context: Request, { key, most }: TryKeys): Promise<Problem<'ACCOUNT_LOCKED'> | undefined> {
  const now = context.clock.now();
  const lock = sql`SELECT locked_until, total, lifted_at FROM login_failures WHERE key = ${key}`;
  const [row] = await run<LockRow>(context.em, lock);
  if (row === undefined) return undefined;
  const ends = [
    ...(row.locked_until === null ? [] : [new Date(row.locked_until)]),
    ...(row.total >= most ? [endOfTotal(context, row, now)] : []),
  ];
  const until = new Date(Math.max(0, ...ends.map((end) => end.getTime())));
  return until > now ? locked(until, now) : undefined;
}

/** Returns the failures so far once a slot is free, or the lock. An attempt waits while others hold all slots. */
async function admit(context: Request, keys: TryKeys): Promise<number | Problem<'ACCOUNT_LOCKED'>> {
  let poll = FIRST_POLL_MILLISECONDS;
  for (let waited = 0; waited < WAIT_FOR_OTHERS_MILLISECONDS; waited += poll) {
    const failures = await takePlace(context, keys);
    if (failures !== undefined) return failures;
    const lock = await findLock(context, keys);
    if (lock !== undefined) return lock;
    await sleep(poll * (0.5 + Math.random()));
    poll = Math.min(poll * 2, LONGEST_POLL_MILLISECONDS);
  }
  const now = context.clock.now();
  return locked(addSeconds(now, WAIT_FOR_OTHERS_MILLISECONDS / 1_000), now);
}

/** Returns the delay of an attempt in milliseconds. It doubles up to the last attempt before the lock. */
export function delayAfter(failures: number, threshold: number): number {
  const triesLeft = Math.max(0, threshold - failures - 1);
  const delay = failures === 0 ? 0 : LONGEST_DELAY_MILLISECONDS / 2 ** triesLeft;
  return delay < SHORTEST_DELAY_MILLISECONDS ? 0 : delay;
}

/**
 * Counts an attempt before anything is compared, and runs `work` once a slot is free (ASVS 6.3.1). Names without an
 * account are counted alike, so that the answer reveals nothing. An attempt whose `work` fails for another reason does
 * not count.
 */
export async function countedTry<Outcome>(
  context: Request,
  subject: TrySubject,
  work: (attempt: Attempt) => Promise<Outcome>,
): Promise<Outcome | Problem<'ACCOUNT_LOCKED'>> {
  const { secretKeys, client } = context;
  const key = subjectKey(secretKeys, subject);
  const here = networkKey(secretKeys, subject, clientNetwork(client.ipAddress));
  const failures = await admit(context, { key, here, most: mostInAll(context, subject) });
  if (typeof failures !== 'number') return failures;
  await sleep(delayAfter(failures, context.settings.lockoutThreshold));
  const success = () =>
    key === here ? [succeedAlone(key)] : [succeed(key), explain({ key, here, now: context.clock.now() })];
  const em = context.em.fork();
  let counted = false;
  try {
    return await work({
      async failed(owner) {
        await uninterrupted(() => lockIfDue(context, { key, here, scope: subject.scope, owner }));
        counted = true;
      },
      async succeeded(transaction) {
        for (const statement of success()) await run(transaction, statement);
      },
      success,
    });
  } catch (cause) {
    // If this fails too, the slot becomes free again after a while.
    if (!counted) await uninterrupted(() => run(em, release(key))).catch(() => undefined);
    throw cause;
  }
}

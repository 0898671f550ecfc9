import type { EntityManager } from '@mikro-orm/postgresql';
import { addSeconds } from '../../lib/clock.js';
import { run, sql } from '../../lib/sql.js';
import { greeting } from '../mail-outbox/write-mail.js';
import type { Request, UseCaseContext } from '../use-case.js';
import { inTransaction } from '../work.js';
import { isBreached, RangesUnavailable } from './breach-ranges.js';

type Needs = Request & Pick<UseCaseContext, 'countPasswordCheck'>;

interface Check {
  user_id: string;
  sealed_digest: string;
  password_changed_at: string;
  attempts: number;
}

interface Owner {
  email: string;
  locale: string | null;
  displayName: string | null;
}

/** A password stays unchecked after this many attempts without an answer: about an hour. */
const ATTEMPTS = 8;
const FIRST_RETRY_SECONDS = 30;

const readCheck = (userId: string) =>
  sql`SELECT user_id, sealed_digest, password_changed_at, attempts FROM password_checks WHERE user_id = ${userId}`;
/** Matched by its encrypted digest, which differs for every password: a check that replaced this one stays. */
const thisCheck = (check: Check) => sql`user_id = ${check.user_id} AND sealed_digest = ${check.sealed_digest}`;
const postponeCheck = (check: Check, until: Date) => sql`
  UPDATE password_checks SET attempts = attempts + 1, next_attempt_at = ${until}
  WHERE ${thisCheck(check)} AND attempts = ${check.attempts}`;
/** Marks nothing if another password was set in the meantime. */
const markBreached = (check: Check, now: Date) => sql`
  UPDATE users SET password_breached_at = COALESCE(password_breached_at, ${now})
  WHERE id = ${check.user_id} AND password_changed_at = ${check.password_changed_at}
  RETURNING email, locale, display_name AS "displayName"`;

/** Removes the check. Returns false if another worker removed it, or a later password replaced it. */
async function settle(em: EntityManager, check: Check): Promise<boolean> {
  return (await run(em, sql`DELETE FROM password_checks WHERE ${thisCheck(check)} RETURNING user_id`)).length > 0;
}

/** Returns the wait in seconds before the next attempt. It doubles with each attempt that got no answer. */
function retrySeconds(attempts: number): number {
  return FIRST_RETRY_SECONDS * 2 ** attempts;
}

/** Recipient of the mails that are never sent. */
const NOBODY = 'nobody@check.invalid';

/**
 * Marks the account and writes the email and the audit event, once across all workers. If the password is not the
 * account's, an email of kind `none` is written, so that no metric distinguishes the two.
 */
async function mark(context: Needs, check: Check): Promise<void> {
  const { user_id: userId } = check;
  await inTransaction(context, async (work) => {
    const [owner] = await run<Owner>(work.em, markBreached(check, work.now));
    if (!(await settle(work.em, check))) return;
    if (owner === undefined) return await work.mail({ mail: 'none', recipient: NOBODY, locale: null });
    await work.record({ type: 'PASSWORD_BREACHED', userId });
    const { email: recipient, locale } = owner;
    await work.mail({ mail: 'password-breached', recipient, locale, userId, variables: greeting(owner) });
  });
}

/** Postpones a check that got no answer, and gives up after the last attempt. */
async function postpone(context: Needs, check: Check, error: RangesUnavailable): Promise<void> {
  const { em, logger, clock } = context;
  const { user_id: userId, attempts } = check;
  const told = { userId, attempts: attempts + 1, reason: error.message };
  if (attempts + 1 >= ATTEMPTS) {
    logger.error(told, 'a password was not checked');
    if (await settle(em, check)) context.countPasswordCheck('GIVEN_UP');
    return;
  }
  const wait = retrySeconds(attempts);
  logger.warn({ ...told, nextTryInMilliseconds: wait * 1_000 }, 'a password check was postponed');
  await run(em, postponeCheck(check, addSeconds(clock.now(), wait)));
  context.countPasswordCheck('RETRIED');
}

async function finish(context: Needs, check: Check): Promise<void> {
  const digest = context.secretKeys.decrypt('breach-check', check.sealed_digest);
  if (await isBreached(context.settings.hibpBaseUrl, digest)) {
    await mark(context, check);
    context.countPasswordCheck('FOUND');
  } else if (await settle(context.em, check)) context.countPasswordCheck('NOT_FOUND');
}

/**
 * Checks a new password against breached ones, outside of any request. A breached password keeps its sessions, but the
 * next login with it is refused until it is changed.
 */
export async function checkBreach(context: Needs, userId: string): Promise<void> {
  const { em, secretKeys, logger } = context;
  const [check] = await run<Check>(em, readCheck(userId));
  if (check === undefined) return;
  if (!secretKeys.opens(check.sealed_digest)) {
    logger.error(
      { userId },
      'a password was not checked: its digest is encrypted under a key that is no longer configured',
    );
    if (await settle(em, check)) context.countPasswordCheck('GIVEN_UP');
    return;
  }
  try {
    await finish(context, check);
  } catch (error) {
    if (!(error instanceof RangesUnavailable)) throw error;
    await postpone(context, check, error);
  }
}

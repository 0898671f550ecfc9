import type { EntityManager } from '@mikro-orm/postgresql';
import type { Dependencies } from '../dependencies.js';
import type { CheckPasswordPayload } from '../jobs/check-password.js';
import { addSeconds } from '../lib/clock.js';
import { greeting } from '../services/mail-outbox/write-mail.js';
import { isBreached, RangesUnavailable } from '../services/passwords/breach-ranges.js';
import { inTransaction } from '../services/work.js';

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

/** After this many questions without an answer the password is let be: about an hour. */
const ATTEMPTS = 8;
const FIRST_RETRY_SECONDS = 30;

const READ = 'SELECT user_id, sealed_digest, password_changed_at, attempts FROM password_checks WHERE user_id = ?';
/** By its seal, which is new with every password: a check that took its place meanwhile stays. */
const SETTLE = 'DELETE FROM password_checks WHERE user_id = ? AND sealed_digest = ? RETURNING user_id';
const POSTPONE = `
  UPDATE password_checks SET attempts = attempts + 1, next_attempt_at = ?
  WHERE user_id = ? AND sealed_digest = ? AND attempts = ?`;
/** Nothing, where another password was set meanwhile. */
const MARK = `
  UPDATE users SET password_breached_at = COALESCE(password_breached_at, ?)
  WHERE id = ? AND password_changed_at = ? RETURNING email, locale, display_name AS "displayName"`;

/** Removes the check; false where another worker did, or a later password took its place. */
async function settle(em: EntityManager, check: Check): Promise<boolean> {
  const rows = await em.execute<unknown[]>(SETTLE, [check.user_id, check.sealed_digest]);
  return rows.length > 0;
}

/** Wait before the next question, in seconds, after so many that got no answer: it doubles. */
function retrySeconds(attempts: number): number {
  return FIRST_RETRY_SECONDS * 2 ** attempts;
}

/** Who gets the mails that are written for nobody. */
const NOBODY = 'nobody@check.invalid';

/**
 * Marks the account and writes mail and event, once for all workers that come to it. Where the password is not the account's,
 * a mail for nobody is written, so that no figure tells the two apart.
 */
async function mark(needs: Dependencies, check: Check, requestId: string): Promise<void> {
  const client = { ipAddress: null, userAgent: null, deviceToken: null };
  await inTransaction({ ...needs, em: needs.orm.em.fork(), client, requestId }, async (work) => {
    const { em, now } = work;
    const marked = await em.execute<Owner[]>(MARK, [now, check.user_id, check.password_changed_at]);
    const [owner] = marked;
    if (!(await settle(em, check))) return;
    if (owner === undefined) {
      await work.mail({ mail: 'none', recipient: NOBODY, locale: null });
      return;
    }
    await work.record({ type: 'PASSWORD_BREACHED', userId: check.user_id });
    const { email: recipient, locale } = owner;
    await work.mail({ mail: 'password-breached', recipient, locale, variables: greeting(owner) });
  });
}

/** Nobody answered: asks again later, and lets the password be in the end. */
async function postpone(needs: Dependencies, em: EntityManager, check: Check, error: RangesUnavailable): Promise<void> {
  const { user_id: userId, attempts } = check;
  const told = { userId, attempts: attempts + 1, reason: error.message };
  if (attempts + 1 >= ATTEMPTS) {
    needs.logger.error(told, 'a password was not checked');
    if (await settle(em, check)) needs.countPasswordCheck('GIVEN_UP');
    return;
  }
  const wait = retrySeconds(attempts);
  needs.logger.warn({ ...told, nextTryInMilliseconds: wait * 1_000 }, 'a password check was postponed');
  await em.execute(POSTPONE, [addSeconds(needs.clock.now(), wait), userId, check.sealed_digest, attempts]);
  needs.countPasswordCheck('RETRIED');
}

async function finish(needs: Dependencies, em: EntityManager, check: Check, requestId: string): Promise<void> {
  const { settings, secretKeys } = needs;
  const digest = secretKeys.decrypt('breach-check', check.sealed_digest);
  if (!(await isBreached(settings.hibpBaseUrl, digest))) {
    if (await settle(em, check)) needs.countPasswordCheck('NOT_FOUND');
    return;
  }
  await mark(needs, check, requestId);
  needs.countPasswordCheck('FOUND');
}

/**
 * Looks a new password up among breached ones, past any request. A password that is found keeps its sessions; the next
 * login with it is refused until it is changed.
 */
export async function checkPassword(needs: Dependencies, { userId, requestId }: CheckPasswordPayload): Promise<void> {
  const em = needs.orm.em.fork();
  const [check] = await em.execute<Check[]>(READ, [userId]);
  if (check === undefined) return;
  if (!needs.secretKeys.opens(check.sealed_digest)) {
    needs.logger.error(
      { userId },
      'a password was not checked: its digest is encrypted under a key that is no longer configured',
    );
    if (await settle(em, check)) needs.countPasswordCheck('GIVEN_UP');
    return;
  }
  try {
    await finish(needs, em, check, requestId ?? `check-${userId}`);
  } catch (error) {
    if (!(error instanceof RangesUnavailable)) throw error;
    await postpone(needs, em, check, error);
  }
}

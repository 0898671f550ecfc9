import { randomUUID } from 'node:crypto';
import { OneTimeCode } from '../../entities/one-time-code.js';
import { User } from '../../entities/user.js';
import { runAll, type Sql, sql } from '../../lib/sql.js';
import { type Problem, problem } from '../../problems.js';
import { codeLock, lockCode } from '../one-time-codes/issue.js';
import { addressOwner } from '../users/address-owner.js';
import type { Account } from '../users/user-columns.js';
import { newHash } from './first-password.js';
import type { SignupAttempt, SignupWritten } from './signup-attempt.js';
import { mailAgain, mailCode, mailIssued, mailOwner, writeCode } from './signup-mails.js';

function insertUser({ work: { now }, input, role, presented, key }: SignupAttempt, id: string): Sql {
  const { email, username = null, displayName = null, locale = null, timezone = null } = input;
  const termsAcceptedAt = input.termsAccepted ? now : null;
  const privacyPolicyAcceptedAt = input.privacyPolicyAccepted ? now : null;
  return sql`
    INSERT INTO users (id, email, email_key, username, username_key, display_name, role, password_hash,
      password_changed_at, locale, timezone, terms_accepted_at, privacy_policy_accepted_at, created_at, updated_at)
    VALUES (${id}, ${email}, ${key}, ${username}, ${username?.toLowerCase() ?? null}, ${displayName}, ${role},
      ${newHash(presented)}, ${now}, ${locale}, ${timezone}, ${termsAcceptedAt}, ${privacyPolicyAcceptedAt}, ${now}, ${now})
    ON CONFLICT DO NOTHING`;
}

/**
 * Gives an unverified account to a new sign-up. The account belongs to its first sign-up until that one's link has
 * expired.
 */
async function replaceUnverified({ work, input, role, presented, key }: SignupAttempt, user: Account): Promise<void> {
  const { em, now } = work;
  const { username = null, displayName = null, locale = null, timezone = null } = input;
  await em.nativeUpdate(
    User,
    { id: user.id, emailVerifiedAt: null },
    {
      email: input.email,
      emailKey: key,
      username,
      usernameKey: username?.toLowerCase() ?? null,
      displayName,
      role,
      passwordHash: newHash(presented),
      passwordChangedAt: now,
      passwordBreachedAt: null,
      passwordContestedAt: null,
      passwordChangeRequiredAt: null,
      invitedUntil: null,
      locale,
      timezone,
      termsAcceptedAt: input.termsAccepted ? now : null,
      privacyPolicyAcceptedAt: input.privacyPolicyAccepted ? now : null,
      updatedAt: now,
    },
  );
}

/**
 * Answers for an unverified account with another spelling of the address. While its link is valid, the link is mailed
 * again to that spelling.
 */
async function answerOtherSpelling(attempt: SignupAttempt, user: Account): Promise<SignupWritten> {
  // Locks the typed spelling before the owner's. Sign-ups with the same spelling wait here, so that they cannot
  // deadlock.
  await writeCode(attempt, { userId: null });
  const code = await lockCode(attempt.work.em, 'VERIFY_EMAIL', user.email);
  if (code?.user?.id === user.id && code.linkExpiresAt > attempt.work.now) return await mailAgain(attempt, user, code);
  await replaceUnverified(attempt, user);
  return await mailCode(attempt, { userId: user.id });
}

/**
 * The holder of the address. It is read before anything is written, so that a new and a taken address cost the same.
 */
interface Holder {
  code: OneTimeCode | null;
  user: Account | null;
}

async function findHolder({ work: { em }, input: { email }, key }: SignupAttempt): Promise<Holder> {
  const lock = codeLock('VERIFY_EMAIL', email);
  // An account created between the first two statements has a code by the third, and belongs to its first sign-up like
  // any other.
  const [, owners = [], codes = []] = await runAll(em, [lock, addressOwner(email, key), lock]);
  const [user, code] = [owners[0], codes[0]];
  return {
    code: code === undefined ? null : em.map(OneTimeCode, code),
    user: user === undefined ? null : em.map(User, user),
  };
}

/** Answers for a taken address. Its owner gets a mail, and the caller learns nothing. */
async function answerTaken(attempt: SignupAttempt, user: Account, code: OneTimeCode | null): Promise<SignupWritten> {
  const { input, work } = attempt;
  const isInvited = user.invitedUntil != null && user.invitedUntil > work.now;
  if (user.emailVerifiedAt !== null || user.disabledAt !== null || isInvited) return await mailOwner(attempt, user);
  if (user.email !== input.email) return await answerOtherSpelling(attempt, user);
  if (code?.user?.id === user.id && code.linkExpiresAt > work.now) return await mailAgain(attempt, user, code);
  await replaceUnverified(attempt, user);
  return await mailCode(attempt, { userId: user.id });
}

/** Writes a new account or, for a taken address, a mail to its owner. */
export async function writeAccount(
  attempt: SignupAttempt,
): Promise<SignupWritten | Problem<'USERNAME_TAKEN' | 'EMAIL_TAKEN'>> {
  const { context, input } = attempt;
  const { em } = attempt.work;
  const { code, user } = await findHolder(attempt);
  const usernameKey = input.username?.toLowerCase();
  if (user !== null) {
    // A taken username is refused for everyone: an exception for the owner of the address would reveal who that is.
    if (usernameKey !== undefined && (await em.count(User, { usernameKey })) > 0) return problem('USERNAME_TAKEN');
    return context.settings.signupRevealsAccounts ? problem('EMAIL_TAKEN') : await answerTaken(attempt, user, code);
  }
  const userId = randomUUID();
  const { id: codeId, isIssued } = await writeCode(attempt, { userId, after: insertUser(attempt, userId) });
  if (isIssued) return await mailIssued(attempt, { codeId, userId });
  if (usernameKey !== undefined && (await em.count(User, { usernameKey })) > 0) return problem('USERNAME_TAKEN');
  // Another sign-up took the address while this one waited for it, and has committed.
  return await writeAccount(attempt);
}

import { randomUUID } from 'node:crypto';
import type { OneTimeCode } from '../../entities/one-time-code.js';
import { User } from '../../entities/user.js';
import { type Problem, problem } from '../../problems.js';
import { lockCode } from '../one-time-codes/issue.js';
import { findAddressOwner } from '../users/address-owner.js';
import { newHash } from './first-password.js';
import type { SignupAttempt, SignupWritten } from './signup-attempt.js';
import { mailAgain, mailCode, tellOwner, writeCode } from './signup-mails.js';

const INSERT_USER = `
  INSERT INTO users (id, email, email_key, username, username_key, display_name, role, password_hash, password_changed_at,
    locale, timezone, terms_accepted_at, privacy_policy_accepted_at, created_at, updated_at)
  VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
  ON CONFLICT DO NOTHING
  RETURNING id`;

async function insertUser({ em, input, role, presented, now, key }: SignupAttempt): Promise<string | null> {
  const { email, username = null, displayName = null, locale = null, timezone = null } = input;
  const accepted = (yes: boolean) => (yes ? now : null);
  const names = [randomUUID(), email, key, username, username?.toLowerCase() ?? null, displayName];
  const consent = [accepted(input.termsAccepted), accepted(input.privacyPolicyAccepted)];
  const values = [...names, role, newHash(presented), now, locale, timezone, ...consent, now, now];
  const [row] = await em.execute<{ id: string }[]>(INSERT_USER, values);
  return row?.id ?? null;
}

/**
 * Gives an unverified account to a new sign-up. The account belongs to its first sign-up until that one's link has
 * expired.
 */
async function replaceUnverified({ em, input, role, presented, now, key }: SignupAttempt, user: User): Promise<void> {
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
async function answerOtherSpelling(attempt: SignupAttempt, user: User): Promise<SignupWritten> {
  // Locks the typed spelling before the owner's. Sign-ups with the same spelling wait here, so that they cannot
  // deadlock.
  await writeCode(attempt, { userId: null });
  const code = await lockCode(attempt.em, 'VERIFY_EMAIL', user.email);
  if (code?.user?.id === user.id && code.linkExpiresAt > attempt.now) return await mailAgain(attempt, user, code);
  await replaceUnverified(attempt, user);
  return await mailCode(attempt, user.id);
}

/**
 * The holder of the address. It is read before anything is written, so that a new and a taken address cost the same.
 */
interface Holder {
  code: OneTimeCode | null;
  user: User | null;
}

async function findHolder({ em, input, key }: SignupAttempt): Promise<Holder> {
  const code = await lockCode(em, 'VERIFY_EMAIL', input.email);
  const user = await findAddressOwner(em, input.email, key);
  // An account created between the two statements has a code by now, and belongs to its first sign-up like any other.
  return { code: code === null && user !== null ? await lockCode(em, 'VERIFY_EMAIL', input.email) : code, user };
}

/** Answers for a taken address. Its owner gets a mail, and the caller learns nothing. */
async function answerTaken(attempt: SignupAttempt, user: User, code: OneTimeCode | null): Promise<SignupWritten> {
  const { input, now } = attempt;
  if (user.emailVerifiedAt !== null || user.disabledAt !== null) return await tellOwner(attempt, user);
  if (user.email !== input.email) return await answerOtherSpelling(attempt, user);
  if (code?.user?.id === user.id && code.linkExpiresAt > now) return await mailAgain(attempt, user, code);
  await replaceUnverified(attempt, user);
  return await mailCode(attempt, user.id);
}

/** Writes a new account or, for a taken address, a mail to its owner. */
export async function writeAccount(
  attempt: SignupAttempt,
): Promise<SignupWritten | Problem<'USERNAME_TAKEN' | 'EMAIL_TAKEN'>> {
  const { context, em, input } = attempt;
  const { code, user } = await findHolder(attempt);
  const usernameKey = input.username?.toLowerCase();
  if (user !== null) {
    // A taken username is refused for everyone: an exception for the owner of the address would reveal who that is.
    if (usernameKey !== undefined && (await em.count(User, { usernameKey })) > 0) return problem('USERNAME_TAKEN');
    return context.settings.signupRevealsAccounts ? problem('EMAIL_TAKEN') : await answerTaken(attempt, user, code);
  }
  const userId = await insertUser(attempt);
  if (userId !== null) return await mailCode(attempt, userId);
  if (usernameKey !== undefined && (await em.count(User, { usernameKey })) > 0) return problem('USERNAME_TAKEN');
  // Another sign-up took the address while this one waited for it, and has committed.
  return await writeAccount(attempt);
}

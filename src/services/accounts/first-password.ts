import { type Sql, sql } from '../../lib/sql.js';
import { readAdmitted } from '../admission.js';
import type { UseCaseContext } from '../use-case.js';

/** The password of a sign-up, hashed or compared. */
export interface PresentedPassword {
  /** Hash for a new account; null if the password was only compared. */
  hash: string | null;
  /** Hash of the account that waits for the address to be verified; null if there is none. */
  comparedWith: string | null;
  /** True if the password is that account's own. Both sign-ups then count as the same person's. */
  isSame: boolean;
}

type Needs = Pick<UseCaseContext, 'admission' | 'query' | 'transact' | 'clock' | 'passwordHasher'>;

/** Rolls back a sign-up, because the account that waits for the address was created or removed in the meantime. */
class ChangedMeanwhile extends Error {}

/** Finds the password of the account that waits for the address to be verified. */
const findWaiting = (email: string, key: string | null, now: Date) => sql`
  SELECT u.password_hash FROM users u
  JOIN one_time_codes c ON c.purpose = 'VERIFY_EMAIL' AND c.address = u.email AND c.user_id = u.id
  WHERE (u.email = ${email} OR u.email_key = ${key}) AND u.email_verified_at IS NULL AND u.disabled_at IS NULL
    AND c.link_expires_at > ${now}
  ORDER BY u.email = ${email} DESC LIMIT 1`;

/**
 * Hashes the password, or compares it with that of the account that waits for the address. Either way one hash is
 * computed, so that timing reveals nothing about the address. After a lost race (`overtaken`) a comparison also
 * computes a hash.
 */
export async function presentPassword(
  context: Needs,
  { email, key, password, overtaken }: { email: string; key: string | null; password: string; overtaken: boolean },
): Promise<PresentedPassword> {
  const [waiting] = await readAdmitted(context, findWaiting(email, key, context.clock.now()));
  const { passwordHasher } = context;
  if (waiting === undefined) return { hash: await passwordHasher.hash(password), comparedWith: null, isSame: false };
  const comparedWith = waiting.password_hash as string;
  const isSame = await passwordHasher.verify(comparedWith, password);
  return { hash: overtaken ? await passwordHasher.hash(password) : null, comparedWith, isSame };
}

/** Returns the hash for a new account. Throws if the password was only compared. */
export function newHash({ hash }: PresentedPassword): string {
  if (hash === null) throw new ChangedMeanwhile();
  return hash;
}

/**
 * Returns the statement that marks the account as contested if the sign-up used another password. Two people may have
 * signed up for the unverified address, and it is unknown which of them owns the mailbox. The password stops working once
 * the address is verified.
 */
export function contestPassword(presented: PresentedPassword, { userId, now }: { userId: string; now: Date }): Sql {
  const { comparedWith, isSame } = presented;
  if (comparedWith === null) throw new ChangedMeanwhile();
  return sql`
    UPDATE users SET password_contested_at = ${now}
    WHERE id = ${userId} AND password_contested_at IS NULL AND email_verified_at IS NULL
      AND password_hash <> ${isSame ? comparedWith : ''}`;
}

/** Throws if the account of a new code was deleted, as the code would verify nothing. */
export function expectAlive(isIssued: boolean): void {
  if (!isIssued) throw new ChangedMeanwhile();
}

/** Returns whether the sign-up must be attempted again. */
export function changedMeanwhile(cause: unknown): boolean {
  return cause instanceof ChangedMeanwhile;
}

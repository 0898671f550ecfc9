import type { EntityManager } from '@mikro-orm/postgresql';
import type { Statement } from '../../lib/query.js';
import { unusableHash } from '../passwords/unusable-hash.js';
import type { UseCaseContext } from '../use-case.js';

/** What the password of a sign-up came to; one run of the hash either way, so that time tells nothing of the address. */
export interface PresentedPassword {
  /** What a new account gets. */
  hash: string;
  /** The hash of the account that waits for the address to be verified; null where none does. */
  comparedWith: string | null;
  /** Whether it is the password of that account: then nobody else signs up. */
  isSame: boolean;
}

type Needs = Pick<UseCaseContext, 'query' | 'clock' | 'passwordHasher'>;

/** Undoes the transaction of a sign-up: an account that waits for the address came while the password was being hashed. */
class AppearedMeanwhile extends Error {}

const FIND_WAITING: Statement = {
  name: 'waiting-account',
  text: `SELECT u.password_hash FROM users u
    JOIN one_time_codes c ON c.purpose = 'VERIFY_EMAIL' AND c.address = u.email AND c.user_id = u.id
    WHERE (u.email = $1 OR u.email_key = $2) AND u.email_verified_at IS NULL AND u.disabled_at IS NULL
      AND c.link_expires_at > $3
    ORDER BY u.email = $1 DESC LIMIT 1`,
};

const CONTEST = `
  UPDATE users SET password_contested_at = ?
  WHERE id = ? AND password_contested_at IS NULL AND email_verified_at IS NULL AND password_hash <> ?`;

/** Hashes the password, or compares it with that of the account that waits for the address. */
export async function presentPassword(
  context: Needs,
  { email, key, password }: { email: string; key: string | null; password: string },
): Promise<PresentedPassword> {
  const [waiting] = await context.query(FIND_WAITING, [email, key, context.clock.now()]);
  const { passwordHasher } = context;
  if (waiting === undefined) return { hash: await passwordHasher.hash(password), comparedWith: null, isSame: false };
  const comparedWith = waiting.password_hash as string;
  return { hash: unusableHash(), comparedWith, isSame: await passwordHasher.verify(comparedWith, password) };
}

/**
 * Somebody with another password signs up for an address that is not verified yet: two people may stand behind it, and which
 * of them owns the mailbox nobody knows. The password will not outlive the proof of the address.
 */
export async function contestPassword(
  em: EntityManager,
  presented: PresentedPassword,
  account: { userId: string; now: Date },
): Promise<void> {
  const { comparedWith, isSame } = presented;
  if (comparedWith === null) throw new AppearedMeanwhile();
  await em.execute(CONTEST, [account.now, account.userId, isSame ? comparedWith : '']);
}

/** Whether a sign-up is to be looked at again. */
export function appearedMeanwhile(cause: unknown): boolean {
  return cause instanceof AppearedMeanwhile;
}

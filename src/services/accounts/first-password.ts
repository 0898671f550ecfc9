import type { EntityManager } from '@mikro-orm/postgresql';
import type { Statement } from '../../lib/query.js';
import type { UseCaseContext } from '../use-case.js';

/** What the password of a sign-up came to. */
export interface PresentedPassword {
  /** What a new account gets; null where the password was only compared. */
  hash: string | null;
  /** The hash of the account that waits for the address to be verified; null where none does. */
  comparedWith: string | null;
  /** Whether it is the password of that account: then nobody else signs up. */
  isSame: boolean;
}

type Needs = Pick<UseCaseContext, 'query' | 'clock' | 'passwordHasher'>;

/** Undoes the transaction of a sign-up: the account that waits for the address came or went in the meantime. */
class ChangedMeanwhile extends Error {}

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

/**
 * Hashes the password, or compares it with that of the account that waits for the address: one run of the hash either way, so
 * that time tells nothing of the address. Where the first look was overtaken both are done.
 */
export async function presentPassword(
  context: Needs,
  { email, key, password, overtaken }: { email: string; key: string | null; password: string; overtaken: boolean },
): Promise<PresentedPassword> {
  const [waiting] = await context.query(FIND_WAITING, [email, key, context.clock.now()]);
  const { passwordHasher } = context;
  if (waiting === undefined) return { hash: await passwordHasher.hash(password), comparedWith: null, isSame: false };
  const comparedWith = waiting.password_hash as string;
  const isSame = await passwordHasher.verify(comparedWith, password);
  return { hash: overtaken ? await passwordHasher.hash(password) : null, comparedWith, isSame };
}

/** What a new account gets. */
export function newHash({ hash }: PresentedPassword): string {
  if (hash === null) throw new ChangedMeanwhile();
  return hash;
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
  if (comparedWith === null) throw new ChangedMeanwhile();
  await em.execute(CONTEST, [account.now, account.userId, isSame ? comparedWith : '']);
}

/** Fails where the account of a code that was just made is gone: its code would prove nothing. */
export function expectAlive({ userId }: { userId: string | null }): void {
  if (userId === null) throw new ChangedMeanwhile();
}

/** Whether a sign-up is to be looked at again. */
export function changedMeanwhile(cause: unknown): boolean {
  return cause instanceof ChangedMeanwhile;
}

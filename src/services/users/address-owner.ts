import type { EntityManager } from '@mikro-orm/postgresql';
import { User } from '../../entities/user.js';
import { emailKey } from '../../lib/email-key.js';
import type { UseCaseContext } from '../use-case.js';

/** What EMAIL_DEDUPLICATION compares of an address; null where nothing but the address itself is compared. */
export function comparedKey({ settings }: Pick<UseCaseContext, 'settings'>, email: string): string | null {
  return settings.emailDeduplication === 'provider' ? emailKey(email) : null;
}

/** Whose address it is: first of all who has this very one, else who has one that counts as the same. */
export async function findAddressOwner(em: EntityManager, email: string, key: string | null): Promise<User | null> {
  const owners = await em.find(User, key === null ? { email } : { $or: [{ email }, { emailKey: key }] });
  return owners.find((owner) => owner.email === email) ?? owners[0] ?? null;
}

const HELD = 'SELECT email FROM users WHERE email = ? OR email_key = ? ORDER BY email = ? DESC LIMIT 1';

/**
 * The one address by which codes and mails of a typed one are kept: that of the account whose mailbox it is, else what is
 * compared of it, so that the spellings of a mailbox without an account have no more tries than those of one with.
 */
export async function heldAddress(
  em: EntityManager,
  context: Pick<UseCaseContext, 'settings'>,
  email: string,
): Promise<string> {
  const key = comparedKey(context, email);
  if (key === null) return email;
  const [row] = await em.execute<{ email: string }[]>(HELD, [email, key, email]);
  return row?.email ?? key;
}

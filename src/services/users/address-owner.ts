import type { EntityManager } from '@mikro-orm/postgresql';
import { User } from '../../entities/user.js';
import { emailKey } from '../../lib/email-key.js';
import { run, type Sql, sql, sqlText } from '../../lib/sql.js';
import type { UseCaseContext } from '../use-case.js';
import { ACCOUNT_PROPERTIES, columnsOf } from './user-columns.js';

const COLUMNS = sqlText(columnsOf(ACCOUNT_PROPERTIES));

/** Returns the key that EMAIL_DEDUPLICATION compares for an address; null if only the address itself is compared. */
export function comparedKey({ settings }: Pick<UseCaseContext, 'settings'>, email: string): string | null {
  return settings.emailDeduplication === 'provider' ? emailKey(email) : null;
}

/** Finds the owner of an address: the account with exactly this one, otherwise an account with an equivalent one. */
export async function findAddressOwner(em: EntityManager, email: string, key: string | null): Promise<User | null> {
  const owners = await em.find(User, key === null ? { email } : { $or: [{ email }, { emailKey: key }] });
  return owners.find((owner) => owner.email === email) ?? owners[0] ?? null;
}

/** Returns the statement of `findAddressOwner`, which returns the columns of an `Account`. */
export function addressOwner(email: string, key: string | null): Sql {
  return sql`
    SELECT ${COLUMNS} FROM users WHERE email = ${email} OR email_key = ${key} ORDER BY email = ${email} DESC LIMIT 1`;
}

/**
 * Returns the one address under which the codes and mails of a typed address are kept: that of the account that owns
 * the mailbox, otherwise the comparison key. The spellings of a mailbox without an account thus have no more attempts
 * than those of one with an account.
 */
export async function heldAddress(
  em: EntityManager,
  context: Pick<UseCaseContext, 'settings'>,
  email: string,
): Promise<string> {
  const key = comparedKey(context, email);
  if (key === null) return email;
  const held = sql`SELECT email FROM users WHERE email = ${email} OR email_key = ${key} ORDER BY email = ${email} DESC LIMIT 1`;
  const [row] = await run<{ email: string }>(em, held);
  return row?.email ?? key;
}

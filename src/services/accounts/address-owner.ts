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
  const owner = await em.findOne(User, { email });
  return owner ?? (key === null ? null : await em.findOne(User, { emailKey: key }));
}

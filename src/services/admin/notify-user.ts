import type { User } from '../../entities/user.js';
import { greeting, type MailName } from '../mail-outbox/write-mail.js';
import type { Work } from '../work.js';

/** The moment and the reader of an email about an act, without anything about the administrator's device. */
function factsFor({ now }: Work, user: Pick<User, 'displayName' | 'timezone'>): Record<string, string> {
  const occurredAt = now.toISOString();
  const moment: Record<string, string> =
    user.timezone == null ? { occurredAt } : { occurredAt, timeZone: user.timezone };
  return { ...moment, ...greeting(user) };
}

/**
 * Notifies a user by email of what an administrator did. The email says nothing about the administrator's device. With
 * `codeId`, it shows the link of that code.
 */
export async function notifyUser(
  work: Work,
  user: Pick<User, 'email' | 'locale' | 'displayName' | 'timezone'> & Partial<Pick<User, 'id'>>,
  mail: MailName,
  variables: Record<string, string> = {},
  codeId?: string,
): Promise<void> {
  const { id: userId = null, email: recipient, locale = null } = user;
  const shown = { ...factsFor(work, user), ...variables };
  await work.mail({ mail, recipient, locale, userId, variables: shown, ...(codeId === undefined ? {} : { codeId }) });
}

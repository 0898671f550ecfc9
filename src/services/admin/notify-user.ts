import type { User } from '../../entities/user.js';
import { greeting, type MailName } from '../mail-outbox/write-mail.js';
import type { Work } from '../work.js';

/** Notifies a user by email of what an administrator did. The email says nothing about the administrator's device. */
export async function notifyUser(
  work: Work,
  user: Pick<User, 'id' | 'email' | 'locale' | 'displayName' | 'timezone'>,
  mail: MailName,
  variables: Record<string, string> = {},
): Promise<void> {
  const { id: userId, email: recipient, locale = null, timezone } = user;
  const occurredAt = work.now.toISOString();
  const moment: Record<string, string> = timezone == null ? { occurredAt } : { occurredAt, timeZone: timezone };
  await work.mail({ mail, recipient, locale, userId, variables: { ...moment, ...greeting(user), ...variables } });
}

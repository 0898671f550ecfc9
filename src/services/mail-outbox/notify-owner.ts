import type { User } from '../../entities/user.js';
import type { Work, WorkMail } from '../work.js';
import { actFacts } from './act-facts.js';
import { greeting, type MailName } from './write-mail.js';

/** The owner of an account, as a notification addresses them. */
type Owner = Pick<User, 'email' | 'locale'> & Partial<Pick<User, 'id' | 'displayName' | 'timezone'>>;

/** Notifies the owner of an account by email of what was done to it. */
export async function notifyOwner(
  work: Work,
  owner: Owner,
  mail: MailName,
  options: Pick<WorkMail, 'variables' | 'leaveToRelay'> = {},
): Promise<void> {
  const { id: userId = null, email: recipient, locale = null } = owner;
  const variables = { ...actFacts(work, owner, work.now), ...greeting(owner), ...options.variables };
  await work.mail({ ...options, mail, recipient, locale, userId, variables });
}

import type { EntityManager } from '@mikro-orm/postgresql';
import type { User } from '../../entities/user.js';
import type { UseCaseContext } from '../use-case.js';
import { actFacts } from './act-facts.js';
import { greeting, type MailName, writeMail } from './write-mail.js';

/** Tells the owner of an account by mail what was done to it; returns the mail's id, to be handed over. */
export async function writeNotice(
  em: EntityManager,
  context: Pick<UseCaseContext, 'clock' | 'client' | 'requestId'>,
  user: Pick<User, 'email' | 'locale'> & Partial<Pick<User, 'displayName' | 'timezone'>>,
  mail: MailName,
  variables: Record<string, string> = {},
): Promise<string> {
  const now = context.clock.now();
  const { email: recipient, locale = null } = user;
  return await writeMail(em, {
    mail,
    recipient,
    locale,
    variables: { ...actFacts(context, user, now), ...greeting(user), ...variables },
    requestId: context.requestId,
    now,
  });
}

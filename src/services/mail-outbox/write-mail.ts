import { randomUUID } from 'node:crypto';
import type { EntityManager } from '@mikro-orm/postgresql';
import { OutboxMessage } from '../../entities/outbox-message.js';
import { firstRelayAt } from '../outbox/outbox.js';

/** The kinds of mail that use-cases write. `none` causes the same work for an address that gets no mail. */
export type MailName =
  | 'verify-email'
  | 'already-registered'
  | 'sign-up-contested'
  | 'session-reuse'
  | 'reset-password'
  | 'password-changed'
  | 'password-breached'
  | 'account-locked'
  | 'new-device'
  | 'two-factor-enabled'
  | 'two-factor-disabled'
  | 'recovery-code-used'
  | 'recovery-codes-replaced'
  | 'change-email'
  | 'email-changed'
  | 'account-deleted'
  | 'role-changed'
  | 'account-disabled'
  | 'account-enabled'
  | 'address-verified'
  | 'account-removed'
  | 'password-change-required'
  | 'invitation'
  | 'test'
  | 'none';

/** A mail to be written. */
export interface NewMail {
  mail: MailName;
  recipient: string;
  locale: string | null;
  /** The one-time code in the mail. */
  codeId?: string;
  /** Values that the template shows beside the code; never a secret. */
  variables?: Record<string, string>;
  requestId: string;
  now: Date;
}

/** Writes the mail in the caller's transaction, so that it is committed exactly when the change is. Returns its id. */
export async function writeMail(em: EntityManager, mail: NewMail): Promise<string> {
  const id = randomUUID();
  await em.insert(OutboxMessage, {
    id,
    mail: mail.mail,
    recipient: mail.recipient,
    locale: mail.locale,
    codeId: mail.codeId ?? null,
    variables: mail.variables ?? {},
    requestId: mail.requestId,
    createdAt: mail.now,
    nextAttemptAt: firstRelayAt(mail.now),
  });
  return id;
}

/** Returns the variable with which a mail greets its reader; none if the account has no display name. */
export function greeting(user: { displayName?: string | null } | null): Record<string, string> {
  return user?.displayName == null ? {} : { displayName: user.displayName };
}

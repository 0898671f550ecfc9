import { type Sql, sql } from '../../lib/sql.js';
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
  /** The account that the mail concerns; none for an address without one. */
  userId?: string | null;
  /** The one-time code in the mail. */
  codeId?: string;
  /** Values that the template shows beside the code; never a secret. */
  variables?: Record<string, string>;
  requestId: string;
  now: Date;
}

/**
 * Returns the statement that writes a mail, so that it is committed exactly when the change is. Where the condition
 * `isAllowed` does not hold, the mail is written as one of kind `none`. The statement returns the kind.
 */
export function insertMail(id: string, mail: NewMail, isAllowed: Sql = sql`true`): Sql {
  return sql`
    INSERT INTO outbox_messages
      (id, mail, recipient, locale, user_id, code_id, variables, status, attempts, request_id, created_at, next_attempt_at)
    SELECT ${id}, CASE WHEN ${isAllowed} THEN ${mail.mail} ELSE 'none' END, ${mail.recipient}, ${mail.locale},
      ${mail.userId ?? null}, ${mail.codeId ?? null}, ${JSON.stringify(mail.variables ?? {})}, 'PENDING', 0, ${mail.requestId}, ${mail.now},
      ${firstRelayAt(mail.now)}
    RETURNING mail`;
}

/** Returns the variable with which a mail greets its reader; none if the account has no display name. */
export function greeting(user: { displayName?: string | null } | null): Record<string, string> {
  return user?.displayName == null ? {} : { displayName: user.displayName };
}

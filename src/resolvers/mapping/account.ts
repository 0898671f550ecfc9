import * as schema from '../../schema/account.js';
import { MailAccepted } from '../../schema/mail.js';
import { PasswordChangeRequired } from '../../schema/sign-in.js';
import type * as signup from '../../services/accounts/signup.js';
import type * as verify from '../../services/accounts/verify-email.js';
import type * as mail from '../../services/mail-outbox/hand-over.js';
import { toUser } from './user.js';

/** An accepted sign-up. */
export function toSignupAccepted({ kind: _kind, ...accepted }: signup.SignupAccepted): schema.SignupAccepted {
  return Object.assign(new schema.SignupAccepted(), accepted);
}

/** An accepted request for an email. */
export function toMailAccepted({ kind: _kind, ...accepted }: mail.MailAccepted): MailAccepted {
  return Object.assign(new MailAccepted(), accepted);
}

/** A verified address; its whole account is visible to the holder of the code. */
export function toEmailVerified(verified: verify.EmailVerified): schema.EmailVerified {
  const { user, exchangeToken, exchangeTokenExpiresAt, passwordChangeRequired: required } = verified;
  return Object.assign(new schema.EmailVerified(), {
    user: toUser(user, 'full'),
    exchangeToken,
    exchangeTokenExpiresAt,
    passwordChangeRequired: required === null ? null : Object.assign(new PasswordChangeRequired(), required),
  });
}

import type { OneTimeCodePurpose } from '../entities/one-time-code.js';
import type { RenderableMail } from '../mail/mails.js';
import type { MailName } from '../services/mail-outbox/write-mail.js';
import type { Settings } from '../settings.js';

/** The name of a setting for a lifetime in seconds. */
type Ttl = Extract<keyof Settings, `${string}Ttl`>;

/** The code and link that a mail shows beside the variables of its row. */
export interface MailPlan {
  /** The purpose of its one-time code. */
  purpose?: OneTimeCodePurpose;
  /** Lifetime of the code's digits; absent if the mail shows none. */
  codeTtl?: Ttl;
  /** The page of the code's link and the link's lifetime; or only the application, if there is one. */
  link?: { path: `/${string}`; ttl: Ttl } | 'app';
}

/** Every mail that a use-case sends; the catalogue contains it too. */
const mailPlans: Readonly<Record<Exclude<MailName, 'none'>, MailPlan>> = {
  'verify-email': {
    purpose: 'VERIFY_EMAIL',
    codeTtl: 'verificationCodeTtl',
    link: { path: '/verify-email', ttl: 'verificationLinkTtl' },
  },
  'already-registered': { link: 'app' },
  'sign-up-contested': { link: 'app' },
  'session-reuse': {},
  'reset-password': {
    purpose: 'RESET_PASSWORD',
    codeTtl: 'resetCodeTtl',
    link: { path: '/reset-password', ttl: 'resetLinkTtl' },
  },
  'password-changed': {},
  'password-breached': {},
  'account-locked': {},
  'new-device': { purpose: 'REPORT_SESSION', link: { path: '/report-session', ttl: 'sessionReportTtl' } },
  'two-factor-enabled': {},
  'two-factor-disabled': {},
  'recovery-code-used': {},
  'recovery-codes-replaced': {},
  'change-email': { purpose: 'CHANGE_EMAIL', codeTtl: 'emailChangeCodeTtl' },
  'email-changed': { purpose: 'REVERT_EMAIL', link: { path: '/revert-email', ttl: 'emailChangeRevertTtl' } },
  'account-deleted': {},
  'role-changed': {},
  'account-disabled': {},
  'account-enabled': {},
  'address-verified': {},
  'account-removed': {},
  'password-change-required': {
    purpose: 'RESET_PASSWORD',
    codeTtl: 'resetCodeTtl',
    link: { path: '/reset-password', ttl: 'resetLinkTtl' },
  },
  invitation: { purpose: 'RESET_PASSWORD', link: { path: '/reset-password', ttl: 'invitationTtl' } },
  test: {},
} satisfies Record<RenderableMail, MailPlan>;

/** Tells whether this version knows the mail that an outbox row names. */
export function isMail(mail: string): mail is keyof typeof mailPlans {
  return Object.hasOwn(mailPlans, mail);
}

/** The plan of a mail; empty for an unknown one. */
export function planOf(mail: string): MailPlan {
  return isMail(mail) ? mailPlans[mail] : {};
}

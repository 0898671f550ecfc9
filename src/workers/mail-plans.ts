import type { OneTimeCodePurpose } from '../entities/one-time-code.js';
import type { RenderableMail } from '../mail/mails.js';
import type { MailName } from '../services/mail-outbox/write-mail.js';
import type { Settings } from '../settings.js';

/** The setting of a length of time in seconds. */
type Ttl = Extract<keyof Settings, `${string}Ttl`>;

/** What a mail shows beside the variables of its row. */
export interface MailPlan {
  /** The one-time code that it is about. */
  purpose?: OneTimeCodePurpose;
  /** How long the code's digits work; absent where the mail shows none. */
  codeTtl?: Ttl;
  /** The page that the code's link leads to, and how long the link works; or just the app, where there is one. */
  link?: { path: `/${string}`; ttl: Ttl } | 'app';
}

/** Every mail that a use-case writes; it is in the catalogue too. */
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
} satisfies Record<RenderableMail, MailPlan>;

/** Whether the name in an outbox row is one that this version knows. */
export function isMail(mail: string): mail is keyof typeof mailPlans {
  return Object.hasOwn(mailPlans, mail);
}

/** The plan of a mail; an unknown one shows nothing. */
export function planOf(mail: string): MailPlan {
  return isMail(mail) ? mailPlans[mail] : {};
}

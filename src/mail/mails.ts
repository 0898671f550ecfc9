/**
 * Kinds of template variables.
 * `user-text` was entered by a stranger and `text` comes from us or the operator. `masked-address` is a partially shown email
 * address. `link` must be a web address. `minutes` and `hours` are durations, and `count` is a number of things. `moment` is an
 * ISO 8601 timestamp, and `zone` the time zone in which moments are shown, by default UTC. A `mark` is a fact that sections test
 * and no template prints.
 */
export type VariableKind =
  | 'user-text'
  | 'text'
  | 'masked-address'
  | 'link'
  | 'minutes'
  | 'hours'
  | 'count'
  | 'moment'
  | 'zone'
  | 'mark';

interface Variable {
  kind: VariableKind;
  /** True if the variable can be null. Its template tests it with `{{#name}}…{{/name}}`. */
  optional: boolean;
}

const required = (kind: VariableKind): Variable => ({ kind, optional: false });
const optional = (kind: VariableKind): Variable => ({ kind, optional: true });

/** Variables of every email: the application's name, and where to get help and send replies. */
const brand = { appName: required('text'), support: optional('text'), replyTo: optional('text') };

/** The same, and the account owner's name. */
const common = { ...brand, displayName: optional('user-text') };

/** Variables about the reported event: its time, in the owner's time zone, and its origin as far as known. */
const act = {
  occurredAt: required('moment'),
  timeZone: optional('zone'),
  browser: optional('user-text'),
  operatingSystem: optional('user-text'),
  place: optional('user-text'),
};

/** The same for emails whose rows can be older than these variables. */
const knownAct = { ...act, occurredAt: optional('moment') };

/** Variables about an act of an administrator: its time alone, as the reader learns nothing about the administrator's device. */
const adminAct = { occurredAt: required('moment'), timeZone: optional('zone') };

/** Every email that can be sent, with the variables its templates can use. */
export const mails = {
  /** The code and the link that verify an email address. */
  'verify-email': {
    ...common,
    code: optional('text'),
    link: required('link'),
    codeMinutes: required('minutes'),
    linkHours: required('hours'),
  },
  /** Notifies the owner of an address that someone tried to sign up with it again, or to move another account to it. */
  'already-registered': { ...common, ...knownAct, link: optional('link') },
  /**
   * Notifies whoever verified an address that it had been signed up with more than once, so all chosen details were discarded.
   */
  'sign-up-contested': { ...common, ...act, link: optional('link') },
  /** Notifies that a session was ended because one of its old refresh tokens was reused. */
  'session-reuse': { ...common, ...act, deviceName: optional('user-text') },
  /** The code and the link that allow setting a new password. */
  'reset-password': {
    ...common,
    ...knownAct,
    code: optional('text'),
    link: required('link'),
    codeMinutes: required('minutes'),
    linkMinutes: required('minutes'),
  },
  /** Notifies that the password was changed or reset. */
  'password-changed': { ...common, ...act },
  /** Notifies that sign-in was paused after too many wrong passwords. */
  'account-locked': { ...common, ...act, lockedMinutes: required('minutes') },
  /** Notifies of the first sign-in from a device, with a link that signs out every device. */
  'new-device': {
    ...common,
    ...act,
    deviceName: optional('user-text'),
    ipAddress: optional('user-text'),
    link: required('link'),
    linkHours: required('hours'),
  },
  'two-factor-enabled': { ...common, ...act },
  /** With `byAdministrator`, says that an administrator did it. */
  'two-factor-disabled': { ...common, ...act, byAdministrator: optional('mark') },
  'recovery-code-used': { ...common, ...act, codesLeft: required('count') },
  'recovery-codes-replaced': { ...common, ...act },
  /** The code that verifies a new email address, sent to that address. */
  'change-email': { ...common, ...knownAct, code: required('text'), codeMinutes: required('minutes') },
  /** Notifies the old address of the change, with a revert link unless the new address has one itself. */
  'email-changed': {
    ...common,
    ...act,
    newAddress: required('masked-address'),
    link: optional('link'),
    linkHours: optional('hours'),
  },
  /** Notifies that the password is on a list of leaked passwords. */
  'password-breached': common,
  /** Notifies the account's former address that the account was deleted. */
  'account-deleted': { ...common, ...act },
  /** Notify the owner of what an administrator did. */
  'role-changed': { ...common, ...adminAct, role: required('text') },
  'account-disabled': { ...common, ...adminAct },
  'account-enabled': { ...common, ...adminAct },
  'address-verified': { ...common, ...adminAct },
  'account-removed': { ...common, ...adminAct },
  /** Notifies that an administrator requires a new password, with the code and the link that set one. */
  'password-change-required': {
    ...common,
    ...adminAct,
    code: optional('text'),
    link: required('link'),
    codeMinutes: required('minutes'),
    linkMinutes: required('minutes'),
  },
  /** The link with which an invited person sets the first password. */
  invitation: { ...common, link: required('link'), linkHours: required('hours') },
  /** Shows an administrator that emails arrive. */
  test: { ...brand, ...adminAct },
} as const satisfies Record<string, Record<string, Variable>>;

/** The name of an email in the catalogue. */
export type RenderableMail = keyof typeof mails;

/** The template variables of an email by their names in the catalogue. */
export type MailVariables = Record<string, string | number | null>;

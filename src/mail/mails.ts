/**
 * How a variable of a mail is written into it.
 * `user-text` was typed by somebody we do not know, `text` comes from us or the operator, `masked-address` is a mail address that
 * is shown in part, `link` must be a web address, `minutes` and `hours` are lengths of time, `count` is a number of things,
 * `moment` is an ISO 8601 timestamp, and `zone` the time zone that moments are shown in, else UTC.
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
  | 'zone';

interface Variable {
  kind: VariableKind;
  /** Whether the mail can do without it; its template asks with `{{#name}}…{{/name}}`. */
  optional: boolean;
}

const required = (kind: VariableKind): Variable => ({ kind, optional: false });
const optional = (kind: VariableKind): Variable => ({ kind, optional: true });

/** What every mail has: the application's name, where help and replies go, and the name of the account's owner. */
const common = {
  appName: required('text'),
  support: optional('text'),
  replyTo: optional('text'),
  displayName: optional('user-text'),
};

/** What a mail tells of an act: when it was, in the owner's time zone, and what it came from, as far as that is known. */
const act = {
  occurredAt: required('moment'),
  timeZone: optional('zone'),
  browser: optional('user-text'),
  operatingSystem: optional('user-text'),
  place: optional('user-text'),
};

/** The same for mails whose rows may be older than this: an earlier version told nothing of the act. */
const knownAct = { ...act, occurredAt: optional('moment') };

/** Every mail that can be sent, with the variables that its templates may use. */
export const mails = {
  /** The code and the link that prove an address. */
  'verify-email': {
    ...common,
    code: optional('text'),
    link: required('link'),
    codeMinutes: required('minutes'),
    linkHours: required('hours'),
  },
  /** Tells the owner of an address that somebody tried to sign up with it again, or to move another account to it. */
  'already-registered': { ...common, ...knownAct, link: optional('link') },
  /** Tells whoever proved an address that it was signed up with twice, so that nothing of what was chosen counts. */
  'sign-up-contested': { ...common, ...act, link: optional('link') },
  /** Tells that a session was ended because an old refresh token of it came back. */
  'session-reuse': { ...common, ...act, deviceName: optional('user-text') },
  /** The code and the link that permit a new password. */
  'reset-password': {
    ...common,
    ...knownAct,
    code: optional('text'),
    link: required('link'),
    codeMinutes: required('minutes'),
    linkMinutes: required('minutes'),
  },
  /** Tells that the password was changed or reset. */
  'password-changed': { ...common, ...act },
  /** Tells that too many wrong passwords paused the sign-in. */
  'account-locked': { ...common, ...act, lockedMinutes: required('minutes') },
  /** Tells of the first sign-in from a device, with a link that signs out every device. */
  'new-device': {
    ...common,
    ...act,
    deviceName: optional('user-text'),
    ipAddress: optional('user-text'),
    link: required('link'),
    linkHours: required('hours'),
  },
  'two-factor-enabled': { ...common, ...act },
  'two-factor-disabled': { ...common, ...act },
  'recovery-code-used': { ...common, ...act, codesLeft: required('count') },
  'recovery-codes-replaced': { ...common, ...act },
  /** The code that proves a new address; it goes to that address. */
  'change-email': { ...common, ...knownAct, code: required('text'), codeMinutes: required('minutes') },
  /** Tells the old address of the new one, with a link that takes the change back unless the new one has such a link itself. */
  'email-changed': {
    ...common,
    ...act,
    newAddress: required('masked-address'),
    link: optional('link'),
    linkHours: optional('hours'),
  },
  /** Tells that the password is on a list of leaked ones. */
  'password-breached': common,
  /** Tells, at the address that it had, that the account is gone. */
  'account-deleted': { ...common, ...act },
} as const satisfies Record<string, Record<string, Variable>>;

/** The name of a mail in the catalogue. */
export type RenderableMail = keyof typeof mails;

/** The values that the template of a mail needs, by the names of the catalogue. */
export type MailVariables = Record<string, string | number | null>;

/**
 * How a variable of a mail is written into it.
 * `user-text` was typed by somebody we do not know, `text` comes from the operator, `link` must be a web address,
 * `minutes` and `hours` are lengths of time, `moment` is an ISO 8601 timestamp that is shown in UTC.
 */
export type VariableKind = 'user-text' | 'text' | 'link' | 'minutes' | 'hours' | 'moment';

interface Variable {
  kind: VariableKind;
  /** Whether the mail can do without it; its template asks with `{{#name}}…{{/name}}`. */
  optional: boolean;
}

const required = <Kind extends VariableKind>(kind: Kind) => ({ kind, optional: false }) as const;
const optional = <Kind extends VariableKind>(kind: Kind) => ({ kind, optional: true }) as const;

/** Every mail that can be sent, with the variables that its template may use; the product's name goes with each. */
export const mails = {
  /** The code and the link that prove an address; the code is null once only the link is alive. */
  'verify-email': {
    displayName: optional('user-text'),
    code: optional('text'),
    link: required('link'),
    codeMinutes: required('minutes'),
    linkHours: required('hours'),
    appName: required('text'),
  },
  /** Tells the owner of an address that somebody tried to sign up with it again. */
  'already-registered': {
    displayName: optional('user-text'),
    link: optional('link'),
    appName: required('text'),
  },
  /** Tells that a session was ended because an old refresh token of it came back. */
  'session-reuse': {
    displayName: optional('user-text'),
    deviceName: optional('user-text'),
    occurredAt: required('moment'),
    appName: required('text'),
  },
} as const satisfies Record<string, Record<string, Variable>>;

/** The name of a mail in the catalogue. */
export type RenderableMail = keyof typeof mails;

type ValueOf<Kind extends VariableKind> = Kind extends 'minutes' | 'hours' ? number : string;
type RequiredNames<Variables> = {
  [Name in keyof Variables]: Variables[Name] extends { optional: false } ? Name : never;
}[keyof Variables];
type ValuesOf<Variables extends Record<string, Variable>> = {
  [Name in RequiredNames<Variables>]: ValueOf<Variables[Name]['kind']>;
} & {
  [Name in Exclude<keyof Variables, RequiredNames<Variables>>]?: ValueOf<Variables[Name]['kind']> | null;
};

/** The values that the template of a mail needs. */
export type MailVariables<Name extends RenderableMail> = ValuesOf<(typeof mails)[Name]>;

/** The languages that mails are written in; the first one stands in for every other. */
export const locales: readonly string[] = ['en', 'de'];

/** The language to write in for a BCP 47 tag: the tag's own, its base language, or English. */
export function localeFor(tag: string | null | undefined): string {
  const wanted = (tag ?? '').toLowerCase().replaceAll('_', '-');
  const base = wanted.split('-')[0] ?? '';
  return [wanted, base].find((candidate) => locales.includes(candidate)) ?? 'en';
}

import type { Dependencies } from '../dependencies.js';
import type { OneTimeCode } from '../entities/one-time-code.js';
import type { OutboxMessage } from '../entities/outbox-message.js';
import { localeFor } from '../lib/languages.js';
import { type MailVariables, mails, type VariableKind } from '../mail/mails.js';
import type { OutgoingMail } from '../mail/outgoing-mail.js';
import { renderMail } from '../mail/render.js';
import { deriveCode, deriveToken } from '../services/one-time-codes/derive.js';
import { isMail, type MailPlan, planOf } from './mail-plans.js';

type Needs = Pick<Dependencies, 'settings' | 'secretKeys' | 'clock' | 'locate'>;

const MINUTE = 60;
const HOUR = 3_600;

/** Rows contain only text. */
const NUMBERS: readonly VariableKind[] = ['minutes', 'hours', 'count'];

/** The digits of the code, and their lifetime. */
function codeShown({ settings, secretKeys }: Needs, { codeTtl }: MailPlan, row: OneTimeCode | null) {
  if (row === null || codeTtl === undefined) return { code: null, codeMinutes: null };
  return { code: deriveCode(secretKeys, row), codeMinutes: settings[codeTtl] / MINUTE };
}

/** The link of the mail, and its lifetime. */
function linkShown(
  { settings, secretKeys }: Needs,
  { link }: MailPlan,
  row: OneTimeCode | null,
  locale: string | null,
) {
  const { appUrl, publicUrl } = settings;
  // A gateway without an application has nothing to link to.
  if (link === 'app') return { link: appUrl ?? null, linkMinutes: null, linkHours: null };
  if (row === null || link === undefined) return { link: null, linkMinutes: null, linkHours: null };
  // Our own page continues in the language of the mail. If nobody chose that language, the browser's preference is better.
  const language = appUrl === undefined && locale !== null ? `?lang=${localeFor(locale)}` : '';
  const address = `${appUrl ?? publicUrl}${link.path}${language}#token=${deriveToken(secretKeys, row)}`;
  const seconds = settings[link.ttl];
  return { link: address, linkMinutes: seconds / MINUTE, linkHours: seconds / HOUR };
}

/** The details of the application that every mail shows. */
function brandShown({ appName, supportUrl, supportEmail, mailReplyTo }: Needs['settings']) {
  const support = [supportEmail, supportUrl].filter((text) => text !== undefined).join(' · ');
  return { appName, support: support || null, replyTo: mailReplyTo ?? null };
}

/** The place of an action, from the address in its row. */
function placeShown({ locate }: Needs, { variables }: OutboxMessage): string | null {
  if (variables.place !== undefined) return variables.place;
  const { city, country } = locate(variables.ipAddress ?? null);
  return [city, country].filter(Boolean).join(', ') || null;
}

/** A value for each variable of the mail: derived here, or read from the row. */
function valuesOf(message: OutboxMessage, derived: MailVariables, catalogue: Record<string, { kind: VariableKind }>) {
  const values: MailVariables = {};
  for (const [name, { kind }] of Object.entries(catalogue)) {
    const text = message.variables[name] || null;
    const told = text !== null && NUMBERS.includes(kind) ? Number(text) : text;
    values[name] = Object.hasOwn(derived, name) ? (derived[name] ?? null) : told;
  }
  return values;
}

/**
 * Composes the mail of an outbox row. Code and link are derived here from the code's row and exist nowhere before; each
 * retry derives the same ones.
 */
export function composeMail(needs: Needs, message: OutboxMessage, row: OneTimeCode | null): OutgoingMail {
  const { id, mail, recipient: to, locale = null } = message;
  if (!isMail(mail)) throw new Error(`The outbox holds a mail of an unknown kind: ${mail}`);
  const plan = planOf(mail);
  if (row !== null && row.purpose !== plan.purpose) {
    throw new Error(`The mail ${mail} is about no code for ${row.purpose}`);
  }
  const { settings } = needs;
  const shown = { ...codeShown(needs, plan, row), ...linkShown(needs, plan, row, locale) };
  const values = valuesOf(
    message,
    { ...brandShown(settings), place: placeShown(needs, message), ...shown },
    mails[mail],
  );
  const { code, link } = shown;
  return { id, to, mail, sentAt: needs.clock.now(), ...renderMail(mail, locale, values, settings), code, link };
}

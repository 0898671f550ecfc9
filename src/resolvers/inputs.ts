import { z } from 'zod';
import { emailAddress, LONGEST_EMAIL } from '../lib/email-address.js';
import { type FieldProblem, ProblemError, problem } from '../problems.js';
import { CODE_LENGTH } from '../services/one-time-codes/derive.js';

/** Control characters, NUL among them: no text that a person types has them, and neither logs nor the database want them. */
const CONTROL = /\p{Cc}/u;
/** Characters that turn the direction of the text around them; in a name they disguise what is shown. */
const DIRECTION = /[\u202A-\u202E\u2066-\u2069]/u;
const LONGEST_PASSWORD = 1_024;
const LONGEST_NAME = 100;

/** Half a surrogate pair is no character: the database takes it neither as text nor in JSON, and hashes see any two as one. */
function wellFormed(text: z.ZodString) {
  return text.refine((value) => value.isWellFormed(), {
    error: 'This is no valid text.',
    params: { rule: 'characters' },
  });
}

function line(longest: number) {
  const text = z
    .string()
    .max(longest, `Use at most ${longest} characters.`)
    .refine((text) => !CONTROL.test(text), { error: 'Leave out control characters.', params: { rule: 'characters' } });
  return wellFormed(text);
}

function isLocale(text: string): boolean {
  try {
    return Intl.getCanonicalLocales(text).length === 1;
  } catch {
    return false;
  }
}

function isTimezone(text: string): boolean {
  try {
    return new Intl.DateTimeFormat('en', { timeZone: text }) !== undefined;
  } catch {
    return false;
  }
}

const email = line(LONGEST_EMAIL).pipe(emailAddress);
const name = line(LONGEST_NAME)
  .refine((text) => text.trim() !== '', { error: 'Leave it out or write something.', params: { rule: 'blank' } })
  .refine((text) => !DIRECTION.test(text), { error: 'Leave out direction marks.', params: { rule: 'characters' } })
  .nullish();
const username = z
  .string()
  .regex(
    /^[A-Za-z0-9][A-Za-z0-9._-]{1,30}[A-Za-z0-9]$/,
    'Use 3 to 32 letters and digits, with `.`, `_` or `-` between them.',
  )
  .nullish();
/** A password that is chosen, of any length: the policy names its own limits. */
const chosenPassword = wellFormed(z.string());
/** A password that is compared, of a length that a hash may be asked for. */
const presentedPassword = wellFormed(z.string().max(LONGEST_PASSWORD, `Use at most ${LONGEST_PASSWORD} characters.`));
/** A code of the authenticator app or a recovery code; which one it is, its check finds out. */
const secondFactorCode = line(64);
/** A code that was mailed. */
const mailedCode = z.string().regex(new RegExp(`^\\d{${CODE_LENGTH}}$`), `A code has ${CODE_LENGTH} digits.`);
const LONGEST_DEVICE_TOKEN = 128;
const deviceToken = z.string().max(LONGEST_DEVICE_TOKEN, 'This is no device token.').nullish();
const delivery = z.enum(['COOKIE', 'BODY']);
const token = z.string();

const locale = line(35)
  .refine(isLocale, { error: 'This is no language tag.', params: { rule: 'locale' } })
  .transform((text) => Intl.getCanonicalLocales(text)[0] ?? text)
  .nullish();
const timezone = line(64)
  .refine(isTimezone, { error: 'This is no time zone.', params: { rule: 'timezone' } })
  .nullish();

/** What each input must be, beyond its GraphQL type; values come out as they are kept. */
export const inputRules = {
  signup: z.object({
    email,
    password: chosenPassword,
    username,
    displayName: name,
    role: line(32).nullish(),
    locale,
    timezone,
    termsAccepted: z.boolean(),
    privacyPolicyAccepted: z.boolean(),
  }),
  verifyEmail: z.object({
    email,
    code: mailedCode,
  }),
  verifyEmailWithToken: z.object({ token }),
  resendVerification: z.object({ email }),
  login: z.object({
    identifier: line(LONGEST_EMAIL)
      .transform((text) => text.trim().toLowerCase())
      .pipe(z.string().min(1, 'Say who signs in.')),
    password: presentedPassword,
    rememberMe: z.boolean(),
    deviceName: name,
    tokenDelivery: delivery,
    deviceToken,
  }),
  requestPasswordReset: z.object({ email }),
  verifyPasswordResetCode: z.object({ email, code: mailedCode }),
  resetPassword: z.object({ resetToken: token, newPassword: chosenPassword }),
  changePassword: z.object({ currentPassword: presentedPassword, newPassword: chosenPassword }),
  completeTwoFactor: z.object({ challenge: token, code: secondFactorCode, deviceToken }),
  allFactors: z.object({ password: presentedPassword, code: secondFactorCode.nullish() }),
  confirmTotp: z.object({ code: secondFactorCode }),
  bothFactors: z.object({ password: presentedPassword, code: secondFactorCode }),
  updateProfile: z.object({ displayName: name, username, locale, timezone }),
  requestEmailChange: z.object({ newEmail: email }),
  confirmEmailChange: z.object({ code: mailedCode }),
  revertEmailChange: z.object({ token }),
  reportSession: z.object({ token }),
  exchangeToken: z.object({ token, rememberMe: z.boolean(), deviceName: name, tokenDelivery: delivery, deviceToken }),
} as const;

function toFieldProblem(issue: z.core.$ZodIssue): FieldProblem {
  const params = issue.code === 'custom' ? issue.params : undefined;
  const rule = params?.rule ?? ('format' in issue ? issue.format : issue.code);
  return { path: ['input', ...issue.path.map(String)], message: issue.message, rule: String(rule) };
}

/** The input as its rules leave it. Raises INPUT_INVALID with every refused field, and never repeats a value. */
export function parseInput<Schema extends z.ZodType>(rules: Schema, input: unknown): z.output<Schema> {
  const parsed = rules.safeParse(input);
  if (parsed.success) return parsed.data;
  throw new ProblemError(problem('INPUT_INVALID', { fields: parsed.error.issues.map(toFieldProblem) }));
}

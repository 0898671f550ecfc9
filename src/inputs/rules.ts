import { z } from 'zod';
import { deviceNameHint, localeHint, timezoneHint } from '../lib/device-hints.js';
import { emailAddress, LONGEST_EMAIL, normalIdentifier } from '../lib/email-address.js';
import { CODE_LENGTH, normalCode } from '../lib/typed-code.js';
import { bare, isBlank, trimmed } from '../lib/visible-text.js';
import { type FieldProblem, ProblemError, problem } from '../problems.js';

/** Control characters, NUL among them: no text that a person types has them, and neither logs nor the database want them. */
const CONTROL = /\p{Cc}/u;
/** Characters that turn the direction of the text around them; in a name they disguise what is shown. */
const DIRECTION = /[\u202A-\u202E\u2066-\u2069]/u;
const LONGEST_PASSWORD = 1_024;
const LONGEST_NAME = 100;
/** Room for a recovery code with blanks between all of its signs. */
const LONGEST_TYPED_CODE = 128;

/** Half a surrogate pair is no character: the database takes it neither as text nor in JSON, and hashes see any two as one. */
function wellFormed(text: z.ZodString) {
  return text.refine((value) => value.isWellFormed(), {
    error: 'Invalid characters.',
    params: { rule: 'characters' },
  });
}

function line(longest: number) {
  const text = z
    .string()
    .max(longest, `Use at most ${longest} characters.`)
    .refine((text) => !CONTROL.test(text), { error: 'Remove control characters.', params: { rule: 'characters' } });
  return wellFormed(text);
}

const email = z.string().transform(bare).pipe(line(LONGEST_EMAIL)).pipe(emailAddress);
const name = z
  .string()
  .transform(trimmed)
  .pipe(
    line(LONGEST_NAME)
      .refine((text) => !isBlank(text), { error: 'Enter a value or omit the field.', params: { rule: 'blank' } })
      .refine((text) => !DIRECTION.test(text), {
        error: 'Remove text-direction marks.',
        params: { rule: 'characters' },
      }),
  )
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
const typedCode = z.string().max(LONGEST_TYPED_CODE, 'This is not a code.').transform(normalCode);
/** A code of the authenticator app or a recovery code; which one it is, its check finds out. */
const secondFactorCode = typedCode.pipe(line(64));
/** A code that was mailed. */
const mailedCode = typedCode.pipe(
  z.string().regex(new RegExp(`^[0-9]{${CODE_LENGTH}}$`), `A code has ${CODE_LENGTH} digits.`),
);
const LONGEST_DEVICE_TOKEN = 128;
/** What describes the device never stops a sign-in: what cannot be used is left out. */
const deviceToken = z
  .string()
  .transform((token) => (token.length > LONGEST_DEVICE_TOKEN ? null : token))
  .nullish();
const deviceName = z.string().transform(deviceNameHint).nullish();
const delivery = z.enum(['COOKIE', 'BODY']);
const token = z.string();

/** Of a sign-up, whose client sends what the device says. */
const hintedLocale = z.string().transform(localeHint).nullish();
const hintedTimezone = z.string().transform(timezoneHint).nullish();
/** Of a profile, whose user chose them. */
const locale = line(64)
  .refine((text) => localeHint(text) !== null, { error: 'Unknown language tag.', params: { rule: 'locale' } })
  .transform(localeHint)
  .nullish();
const timezone = line(64)
  .refine((text) => timezoneHint(text) !== null, { error: 'Unknown time zone.', params: { rule: 'timezone' } })
  .transform(timezoneHint)
  .nullish();

/** What each input must be, beyond its GraphQL type; values come out as they are kept. */
export const inputRules = {
  signup: z.object({
    email,
    password: chosenPassword,
    username,
    displayName: name,
    role: line(32).nullish(),
    locale: hintedLocale,
    timezone: hintedTimezone,
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
    identifier: z
      .string()
      .transform(normalIdentifier)
      .pipe(line(LONGEST_EMAIL).min(1, 'Enter an email address or username.')),
    password: presentedPassword,
    rememberMe: z.boolean(),
    deviceName,
    tokenDelivery: delivery,
    deviceToken,
  }),
  requestPasswordReset: z.object({ email }),
  verifyPasswordResetCode: z.object({ email, code: mailedCode }),
  resetPassword: z.object({ resetToken: token, newPassword: chosenPassword }),
  changePassword: z.object({
    currentPassword: presentedPassword,
    newPassword: chosenPassword,
    code: secondFactorCode.nullish(),
  }),
  completeTwoFactor: z.object({ challenge: token, code: secondFactorCode, deviceToken }),
  allFactors: z.object({ password: presentedPassword, code: secondFactorCode.nullish() }),
  confirmTotp: z.object({ code: secondFactorCode }),
  bothFactors: z.object({ password: presentedPassword, code: secondFactorCode }),
  updateProfile: z.object({ displayName: name, username, locale, timezone }),
  requestEmailChange: z.object({ newEmail: email, password: presentedPassword.nullish() }),
  enrolTotp: z.object({ password: presentedPassword.nullish() }),
  confirmEmailChange: z.object({ code: mailedCode }),
  revertEmailChange: z.object({ token }),
  reportSession: z.object({ token }),
  exchangeToken: z.object({ token, rememberMe: z.boolean(), deviceName, tokenDelivery: delivery, deviceToken }),
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

import { z } from 'zod';
import { chosenPassword, mailedCode, presentedPassword, secondFactorCode, token } from './credentials.js';
import { deviceLocale, deviceTimezone } from './device.js';
import { displayName, email, locale, timezone, username } from './profile.js';
import { line } from './text.js';

/** Rules of the inputs that create, verify, change and delete an account. */
export const accountInputs = {
  signup: z.object({
    email,
    password: chosenPassword,
    username,
    displayName,
    role: line(32).nullish(),
    locale: deviceLocale,
    timezone: deviceTimezone,
    termsAccepted: z.boolean(),
    privacyPolicyAccepted: z.boolean(),
  }),
  verifyEmail: z.object({ email, code: mailedCode }),
  verifyEmailWithToken: z.object({ token }),
  resendVerification: z.object({ email }),
  updateProfile: z.object({ displayName, username, locale, timezone }),
  requestEmailChange: z.object({ newEmail: email, password: presentedPassword.nullish() }),
  confirmEmailChange: z.object({ code: mailedCode }),
  revertEmailChange: z.object({ token }),
  deleteAccount: z.object({ password: presentedPassword, code: secondFactorCode.nullish() }),
} as const;

import { z } from 'zod';
import { chosenPassword, mailedCode, presentedPassword, secondFactorCode, token } from './credentials.js';
import { email } from './profile.js';

/** Rules of the inputs that set a password. */
export const passwordInputs = {
  requestPasswordReset: z.object({ email }),
  verifyPasswordResetCode: z.object({ email, code: mailedCode }),
  resetPassword: z.object({ resetToken: token, newPassword: chosenPassword }),
  changePassword: z.object({
    currentPassword: presentedPassword,
    newPassword: chosenPassword,
    code: secondFactorCode.nullish(),
  }),
} as const;

import { z } from 'zod';
import { presentedPassword, secondFactorCode } from './credentials.js';

const bothFactors = z.object({ password: presentedPassword, code: secondFactorCode });

/** Rules of the inputs that turn the second factor on and off. */
export const twoFactorInputs = {
  enrolTotp: z.object({ password: presentedPassword.nullish() }),
  confirmTotp: z.object({ code: secondFactorCode }),
  disableTotp: bothFactors,
  regenerateRecoveryCodes: bothFactors,
} as const;

import { z } from 'zod';
import { LONGEST_EMAIL, normalIdentifier } from '../lib/email-address.js';
import { presentedPassword, secondFactorCode, token } from './credentials.js';
import { deviceName, deviceToken } from './device.js';
import { line, violates } from './text.js';

const delivery = z.enum(['COOKIE', 'BODY']);

const identifier = z
  .string()
  .transform(normalIdentifier)
  .pipe(line(LONGEST_EMAIL).refine((text) => text !== '', violates('required', 'Enter an email address or username.')));

const recognition = { deviceToken, rememberDevice: z.boolean() };
const session = { rememberMe: z.boolean(), deviceName, tokenDelivery: delivery, ...recognition };

/** Rules of the inputs that open a session. */
export const signInInputs = {
  login: z.object({ identifier, password: presentedPassword, ...session }),
  completeTwoFactor: z.object({ challenge: token, code: secondFactorCode, ...recognition }),
  exchangeToken: z.object({ token, ...session }),
  reauthenticate: z.object({ password: presentedPassword, code: secondFactorCode.nullish() }),
} as const;

import { z } from 'zod';
import { token } from './credentials.js';

/** Rules of the inputs that end sessions. */
export const sessionInputs = {
  reportSession: z.object({ token }),
} as const;

import { z } from 'zod';
import { chosenPassword } from './credentials.js';
import { displayName, email, locale, username } from './profile.js';
import { matching } from './text.js';

/** Why a member of staff acts. The audit log holds nothing else that was typed but a ticket number. */
export const adminReasons = ['SUPPORT_REQUEST', 'ABUSE', 'INCIDENT', 'LEGAL', 'OTHER'] as const;
export type AdminReason = (typeof adminReasons)[number];

/** The name of a role. */
export const role = matching(
  /^[a-z][a-z0-9_-]{0,31}$/,
  'characters',
  'Use a letter, then up to 31 lower-case letters, digits, _ or -.',
);

const why = {
  reason: z.enum(adminReasons),
  ticket: matching(/^[A-Za-z0-9-]{1,32}$/, 'characters', 'Use 1 to 32 letters, digits or hyphens.').nullish(),
};

/** Rules of the inputs of administration. The ids in them are checked where they are looked up. */
export const adminInputs = {
  createFirstAdmin: z.object({ email, password: chosenPassword }),
  onUser: z.object({ userId: z.string(), ...why }),
  endSession: z.object({ sessionId: z.string(), ...why }),
  createUser: z.object({ email, password: chosenPassword, username, displayName, role: role.nullish(), locale }),
  inviteUser: z.object({ email, displayName, role: role.nullish(), locale, ...why }),
  deleteUser: z.object({ userId: z.string(), email, ...why }),
  retryMail: z.object({ mailId: z.string() }),
  sendTestMail: z.object({ email }),
  setUserRole: z.object({ userId: z.string(), role, ...why }),
} as const;

/** The input of an operation of administration, as its rules transform it. */
export type AdminInput<Name extends keyof typeof adminInputs> = z.output<(typeof adminInputs)[Name]>;

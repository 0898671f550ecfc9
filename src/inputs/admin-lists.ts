import { z } from 'zod';
import { isUuid } from '../lib/uuid.js';
import { role } from './admin.js';
import { line, matching, violates } from './text.js';
import { moment } from './time.js';

const LONGEST_TEXT = 254;
const SHORTEST_TEXT = 2;

/** A part of an address or a name. */
const searchText = line(LONGEST_TEXT)
  .transform((text) => text.trim().normalize('NFC'))
  .refine((text) => text.length >= SHORTEST_TEXT, violates('length', `Use at least ${SHORTEST_TEXT} characters.`));

const id = z
  .string()
  .refine(isUuid, violates('characters', 'This is not an id.'))
  .transform((text) => text.toLowerCase());

const MOST_TYPES = 50;
const eventType = matching(/^[A-Z][A-Z0-9_]{0,63}$/, 'characters', 'This is not the name of an event.');

/** Rules of the filters of the lists that admins read. */
export const adminFilters = {
  users: z.object({
    text: searchText.nullish(),
    state: z.enum(['ACTIVE', 'UNVERIFIED', 'LOCKED', 'DISABLED', 'PASSWORD_CHANGE_REQUIRED']).nullish(),
    role: role.nullish(),
    twoFactor: z.boolean().nullish(),
    createdFrom: moment.nullish(),
    createdBefore: moment.nullish(),
    lastLoginFrom: moment.nullish(),
    lastLoginBefore: moment.nullish(),
  }),
  auditEvents: z.object({
    types: z.array(eventType).max(MOST_TYPES).nullish(),
    success: z.boolean().nullish(),
    riskLevels: z.array(z.enum(['LOW', 'MEDIUM', 'HIGH', 'CRITICAL'])).nullish(),
    userId: id.nullish(),
    actorId: id.nullish(),
    ipAddress: line(45).nullish(),
    requestId: line(64).nullish(),
    from: moment.nullish(),
    before: moment.nullish(),
  }),
  mails: z.object({
    status: z.enum(['PENDING', 'SENT', 'FAILED', 'DISCARDED']).nullish(),
    mail: matching(/^[a-z][a-z0-9-]{0,63}$/, 'characters', 'This is not the name of an email.').nullish(),
    recipient: line(LONGEST_TEXT)
      .transform((text) => text.trim().toLowerCase())
      .nullish(),
    from: moment.nullish(),
    before: moment.nullish(),
  }),
} as const;

/** A validated filter of accounts. */
export type UserFilter = z.output<typeof adminFilters.users>;

/** A validated filter of audit events. */
export type AuditFilter = z.output<typeof adminFilters.auditEvents>;

/** A validated filter of emails. */
export type MailFilter = z.output<typeof adminFilters.mails>;

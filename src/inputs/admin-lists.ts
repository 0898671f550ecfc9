import { z } from 'zod';
import { isUuid } from '../lib/uuid.js';
import { role } from './admin.js';
import { line, matching, violates } from './text.js';

const LONGEST_TEXT = 254;
const SHORTEST_TEXT = 2;

/** A part of an address or a name. */
const searchText = line(LONGEST_TEXT)
  .transform((text) => text.trim().normalize('NFC'))
  .refine((text) => text.length >= SHORTEST_TEXT, violates('length', `Use at least ${SHORTEST_TEXT} characters.`));

/** Times that the database can compare, also a month earlier and a day later. */
const EARLIEST = new Date('1000-01-01T00:00:00Z');
const LATEST = new Date('9998-12-31T23:59:59Z');

const moment = z
  .date()
  .refine(
    (time) => time >= EARLIEST && time <= LATEST,
    violates('range', 'Use a time between the years 1000 and 9998.'),
  )
  .nullish();
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
    createdFrom: moment,
    createdBefore: moment,
    lastLoginFrom: moment,
    lastLoginBefore: moment,
  }),
  auditEvents: z.object({
    types: z.array(eventType).max(MOST_TYPES).nullish(),
    success: z.boolean().nullish(),
    riskLevels: z.array(z.enum(['LOW', 'MEDIUM', 'HIGH', 'CRITICAL'])).nullish(),
    userId: id.nullish(),
    actorId: id.nullish(),
    ipAddress: line(45).nullish(),
    requestId: line(64).nullish(),
    from: moment,
    before: moment,
  }),
  mails: z.object({
    status: z.enum(['PENDING', 'SENT', 'FAILED', 'DISCARDED']).nullish(),
    mail: matching(/^[a-z][a-z0-9-]{0,63}$/, 'characters', 'This is not the name of an email.').nullish(),
    recipient: line(LONGEST_TEXT)
      .transform((text) => text.trim().toLowerCase())
      .nullish(),
    from: moment,
    before: moment,
  }),
} as const;

/** A validated filter of accounts. */
export type UserFilter = z.output<typeof adminFilters.users>;

/** A validated filter of audit events. */
export type AuditFilter = z.output<typeof adminFilters.auditEvents>;

/** A validated filter of emails. */
export type MailFilter = z.output<typeof adminFilters.mails>;

import type { User } from '../../entities/user.js';
import type { AdminReason } from '../../inputs/admin.js';

/** A member of staff who is signed in, with the role of their access token. */
export interface StaffMember {
  userId: string;
  role: string;
}

/** A member of staff, and why they act. */
export interface Staff extends StaffMember {
  kind: 'staff';
  reason: AdminReason;
  ticket: string | null;
}

/** Whoever has access to the command line of the gateway. */
export const OPERATOR = { kind: 'operator' } as const;

/** Who administers: an operator at the command line, or a member of staff. */
export type Administrator = typeof OPERATOR | Staff;

/** The account that an act concerns: operators name its address, staff its id. */
export type AccountName = { email: string } | Pick<User, 'id'>;

/** The user id of the administrator; null for an operator, who has no account. */
export function actorOf(by: Administrator): string | null {
  return by.kind === 'staff' ? by.userId : null;
}

/** The facts about the administrator in the audit event of an act. */
export function administratorFacts(by: Administrator): Record<string, string> {
  if (by.kind === 'operator') return { by: 'operator' };
  const facts = { by: by.role, reason: by.reason };
  return by.ticket === null ? facts : { ...facts, ticket: by.ticket };
}

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

/** Who acts on something other than an account, without a reason. */
export type Acting = typeof OPERATOR | StaffMember;

/** The user id of who acts; null for an operator, who has no account. */
export function actorOf(by: Acting): string | null {
  return 'userId' in by ? by.userId : null;
}

/** The facts about who acts in the audit event of an act. */
export function administratorFacts(by: Acting | Staff): Record<string, string> {
  if (!('role' in by)) return { by: 'operator' };
  if (!('reason' in by)) return { by: by.role };
  const facts = { by: by.role, reason: by.reason };
  return by.ticket === null ? facts : { ...facts, ticket: by.ticket };
}

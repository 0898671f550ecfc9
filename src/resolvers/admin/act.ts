import type { z } from 'zod';
import type { adminInputs } from '../../inputs/admin.js';
import { isUuid } from '../../lib/uuid.js';
import { isProblem, type Problem, problem } from '../../problems.js';
import type { Context } from '../../request.js';
import { AdminUserUpdated } from '../../schema/admin/acts.js';
import type { UserActed } from '../../services/admin/act-on-user.js';
import type { AccountName, Staff, StaffMember } from '../../services/admin/administrator.js';
import { findAdminUsers } from '../../services/admin/user-record.js';
import { toAdminUser } from '../mapping/admin-user.js';

type Why = Pick<z.output<typeof adminInputs.onUser>, 'reason' | 'ticket'>;
type ActOnUser = (context: Context, by: Staff, account: AccountName) => Promise<UserActed | Problem>;

/** Returns the signed-in member of staff. */
export function staffOf({ actor }: Context): StaffMember | Problem<'UNAUTHENTICATED'> {
  return actor.kind === 'user' ? { userId: actor.userId, role: actor.role } : problem('UNAUTHENTICATED');
}

/** Runs an act of the signed-in member of staff, for the reason that they give. */
export async function asStaff<Outcome>(
  context: Context,
  { reason, ticket = null }: Why,
  perform: (by: Staff) => Promise<Outcome>,
): Promise<Outcome | Problem<'UNAUTHENTICATED'>> {
  const member = staffOf(context);
  return isProblem(member) ? member : await perform({ ...member, kind: 'staff', reason, ticket });
}

/** Returns the account as it is after an act. */
export async function actedOn(context: Context, outcome: UserActed | Problem): Promise<AdminUserUpdated | Problem> {
  if (isProblem(outcome)) return outcome;
  const [user] = await findAdminUsers(context, [outcome.userId]);
  if (user === undefined) return problem('NOT_FOUND');
  const { endedSessions, mailStatus } = outcome;
  return Object.assign(new AdminUserUpdated(), { user: toAdminUser(user), endedSessions, mailStatus });
}

/** Runs an act on one account, and returns the account as it is afterwards. */
export async function act(context: Context, input: Why & { userId: string }, perform: ActOnUser) {
  const { userId } = input;
  if (!isUuid(userId)) return problem('NOT_FOUND');
  const account = { id: userId.toLowerCase() };
  return await actedOn(context, await asStaff(context, input, (by) => perform(context, by, account)));
}

import { type Problem, problem } from '../../../problems.js';
import { recordRefusal } from '../../audit/record-refusal.js';
import { requireRecentAuthentication } from '../../sessions/recent-authentication.js';
import { type AdminContext, type Caller, isKnownAdmin, type KnownCaller, unknownCaller } from '../known-admin.js';

/** Returns the admin who is allowed to export. A refusal of a signed-in user is recorded. */
export async function authorizeExport(
  context: AdminContext,
  caller: Caller,
): Promise<
  KnownCaller | Problem<'UNAUTHENTICATED' | 'TEMPORARILY_UNAVAILABLE' | 'FORBIDDEN' | 'REAUTHENTICATION_REQUIRED'>
> {
  if (typeof caller === 'string') return unknownCaller(caller);
  const { userId, authenticatedAt } = caller;
  const refused = (await isKnownAdmin(context, caller))
    ? requireRecentAuthentication(context, authenticatedAt)
    : problem('FORBIDDEN');
  return refused === undefined ? caller : await recordRefusal(context, 'ADMIN_EXPORT', userId, refused);
}

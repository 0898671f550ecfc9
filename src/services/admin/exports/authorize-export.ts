import { User } from '../../../entities/user.js';
import { isInAdminNetwork } from '../../../lib/networks.js';
import { type Problem, problem, RETRY_SECONDS } from '../../../problems.js';
import { ADMIN_ROLE } from '../../accounts/admins.js';
import { recordRefusal } from '../../audit/record-refusal.js';
import { requireRecentAuthentication } from '../../sessions/recent-authentication.js';
import type { UseCaseContext } from '../../use-case.js';

/** The caller of an export: the claims of an access token, or why there are none. */
export type ExportCaller =
  | { userId: string; role: string; authenticatedAt: Date }
  | 'anonymous'
  | 'rejected'
  | 'unverifiable';

type Needs = Pick<UseCaseContext, 'em' | 'clock' | 'client' | 'requestId' | 'settings'>;

/**
 * Returns the id of the admin who is allowed to export. The role is read again, because the token may be older than the act
 * of another admin. A refusal of a signed-in user is recorded.
 */
export async function authorizeExport(
  context: Needs,
  caller: ExportCaller,
): Promise<
  string | Problem<'UNAUTHENTICATED' | 'TEMPORARILY_UNAVAILABLE' | 'FORBIDDEN' | 'REAUTHENTICATION_REQUIRED'>
> {
  if (caller === 'unverifiable') return problem('TEMPORARILY_UNAVAILABLE', { retryAfterSeconds: RETRY_SECONDS });
  if (typeof caller === 'string') return problem('UNAUTHENTICATED');
  const { userId, role, authenticatedAt } = caller;
  const mayAsk = role === ADMIN_ROLE && isInAdminNetwork(context.settings.adminNetworks, context.client.ipAddress);
  const isAdmin = mayAsk && (await context.em.count(User, { id: userId, role: ADMIN_ROLE, disabledAt: null })) === 1;
  const refused = isAdmin ? requireRecentAuthentication(context, authenticatedAt) : problem('FORBIDDEN');
  return refused === undefined ? userId : await recordRefusal(context, 'ADMIN_EXPORT', userId, refused);
}

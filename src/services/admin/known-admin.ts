import { User } from '../../entities/user.js';
import { isInAdminNetwork } from '../../lib/networks.js';
import { type Problem, problem, RETRY_SECONDS } from '../../problems.js';
import { ADMIN_ROLE } from '../accounts/admins.js';
import type { UseCaseContext } from '../use-case.js';

/** The claims of an access token. */
export interface KnownCaller {
  userId: string;
  sessionId: string;
  role: string;
  authenticatedAt: Date;
}

/** A caller outside GraphQL: the claims of an access token, or why there are none. */
export type Caller = KnownCaller | 'anonymous' | 'rejected' | 'unverifiable';

/** The context of an admin's request outside GraphQL. */
export type AdminContext = Pick<UseCaseContext, 'em' | 'clock' | 'client' | 'requestId' | 'settings'>;

/** Returns why a caller without claims is rejected. */
export function unknownCaller(caller: Exclude<Caller, KnownCaller>) {
  return caller === 'unverifiable'
    ? problem('TEMPORARILY_UNAVAILABLE', { retryAfterSeconds: RETRY_SECONDS })
    : problem('UNAUTHENTICATED');
}

/**
 * Tells whether the caller is an admin in an admin network. The role is read again, because the token may be older than the
 * act of another admin.
 */
export async function isKnownAdmin(context: AdminContext, { userId, role }: KnownCaller): Promise<boolean> {
  if (role !== ADMIN_ROLE || !isInAdminNetwork(context.settings.adminNetworks, context.client.ipAddress)) return false;
  return (await context.em.count(User, { id: userId, role: ADMIN_ROLE, disabledAt: null, deletedAt: null })) === 1;
}

/** Returns why the caller is not allowed to read what is for admins only. */
export async function refuseOthersThanAdmins(
  context: AdminContext,
  caller: Caller,
): Promise<Problem<'UNAUTHENTICATED' | 'TEMPORARILY_UNAVAILABLE' | 'FORBIDDEN'> | undefined> {
  if (typeof caller === 'string') return unknownCaller(caller);
  return (await isKnownAdmin(context, caller)) ? undefined : problem('FORBIDDEN');
}

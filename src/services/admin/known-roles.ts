import { User } from '../../entities/user.js';
import type { UseCaseContext } from '../use-case.js';

/** The roles that administer the gateway. */
const STAFF_ROLES: readonly string[] = ['admin', 'support'];

/** Returns whether a role means something: to the gateway, to its settings, or because somebody has it. */
export async function isKnownRole(
  { em, settings }: Pick<UseCaseContext, 'em' | 'settings'>,
  role: string,
): Promise<boolean> {
  const { defaultRole, signupRoles, twoFactorRequiredRoles } = settings;
  if ([...STAFF_ROLES, defaultRole, ...signupRoles, ...twoFactorRequiredRoles].includes(role)) return true;
  return (await em.findOne(User, { role }, { fields: ['id'] })) !== null;
}

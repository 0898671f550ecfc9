import type { UseCaseContext } from '../services/use-case.js';
import type { Answer } from './answer.js';

/** Returns the refusal of a role that may be mistyped; undefined if it is in use or known to the gateway. */
export async function doubtAbout(context: UseCaseContext, role: string): Promise<Answer | undefined> {
  const { isKnownRole } = await import('../services/admin/known-roles.js');
  if (await isKnownRole(context, role)) return undefined;
  const text = `No account has the role ${role} yet. If this is intended, run the command again with --yes.`;
  return { text, code: 'ROLE_UNKNOWN' };
}

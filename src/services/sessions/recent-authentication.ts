import { addSeconds } from '../../lib/clock.js';
import { type Problem, problem } from '../../problems.js';
import type { UseCaseContext } from '../use-case.js';

/** Refuses a sensitive operation if the last authentication is too old (ASVS 7.5.1, 7.5.3). */
export function requireRecentAuthentication(
  { clock, settings }: Pick<UseCaseContext, 'clock' | 'settings'>,
  authenticatedAt: Date,
): Problem<'REAUTHENTICATION_REQUIRED'> | undefined {
  const until = addSeconds(authenticatedAt, settings.reauthenticationTtl);
  return until > clock.now() ? undefined : problem('REAUTHENTICATION_REQUIRED');
}

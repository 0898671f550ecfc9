import type { UseCaseContext } from '../use-case.js';
import type { TrySubject } from './subject.js';

/** Wrong tries in a row after which no wait helps, only a reset (NIST SP 800-63B-4, 3.2.2). */
export const MOST_FAILURES_IN_A_ROW = 100;
/** Wrong codes of the app that each day after a reset allows beyond them. */
export const TRIES_OF_A_DAY = 5;
/** How long such a day is. */
export const LIFT_SECONDS = 86_400;
/** What nobody guesses needs no end: 120 random bits, or the seed that its owner was just shown. */
const WITHOUT_END: readonly TrySubject['scope'][] = ['recovery-code', 'enrolment'];
/** More than a column of the table holds. */
const NEVER = 2_147_483_647;

/** How many wrong tries in a row a subject has; an operator who allows more at once allows as many in a row. */
export function mostInAll(
  { settings }: Pick<UseCaseContext, 'settings'>,
  { scope }: Pick<TrySubject, 'scope'>,
): number {
  return WITHOUT_END.includes(scope) ? NEVER : Math.max(MOST_FAILURES_IN_A_ROW, settings.lockoutThreshold);
}

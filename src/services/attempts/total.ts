import type { UseCaseContext } from '../use-case.js';
import type { TrySubject } from './subject.js';

/** Consecutive failures after which only a reset helps (NIST SP 800-63B-4, 3.2.2). */
export const MOST_FAILURES_IN_A_ROW = 100;
/** Failed authenticator codes that each day after a reset allows beyond that total. */
export const TRIES_OF_A_DAY = 5;
/** Length of that day. */
export const LIFT_SECONDS = 86_400;
/** Secrets that cannot be guessed need no total: 120 random bits, or a seed that its owner was just shown. */
const WITHOUT_END: readonly TrySubject['scope'][] = ['recovery-code', 'enrolment'];
/** A total that no counter reaches. */
const NEVER = 2_147_483_647;

/** Returns how many consecutive failures a subject allows. A higher lockout threshold raises it. */
export function mostInAll(
  { settings }: Pick<UseCaseContext, 'settings'>,
  { scope }: Pick<TrySubject, 'scope'>,
): number {
  return WITHOUT_END.includes(scope) ? NEVER : Math.max(MOST_FAILURES_IN_A_ROW, settings.lockoutThreshold);
}

import type { OneTimeCode } from '../../entities/one-time-code.js';
import type { User } from '../../entities/user.js';
import { addSeconds } from '../../lib/clock.js';
import { isProblem, type Problem, type ProblemCode, problem } from '../../problems.js';
import { mailStatus } from '../mail-outbox/hand-over.js';
import { issueCode } from '../one-time-codes/issue.js';
import type { Request } from '../use-case.js';
import type { Work } from '../work.js';
import type { UserActed } from './act-on-user.js';
import { notifyUser } from './notify-user.js';

/** Refuses to mail an address again during the cool-down, which is the one that its owner has. */
export function coolDown({ now, settings }: Work, { issuedAt }: OneTimeCode): Problem<'RATE_LIMITED'> | undefined {
  const left = addSeconds(issuedAt, settings.codeResendSeconds).getTime() - now.getTime();
  return left <= 0 ? undefined : problem('RATE_LIMITED', { limit: 1, retryAfterSeconds: Math.ceil(left / 1_000) });
}

/** Runs an act that mails the user a code or a link, and adds whether that email will leave soon. */
export async function withMailStatus<Code extends ProblemCode>(
  request: Request,
  act: Promise<UserActed | Problem<Code>>,
): Promise<UserActed | Problem<Code>> {
  const [status, outcome] = await Promise.all([mailStatus(request), act]);
  return isProblem(outcome) ? outcome : { ...outcome, mailStatus: status };
}

/** Returns whether an account waits for its invitation to be accepted, expired or not. */
export function isInvited({ emailVerifiedAt, invitedUntil }: User): boolean {
  return emailVerifiedAt == null && invitedUntil != null;
}

/**
 * Mails an invited person the link that sets the first password, and prolongs the invitation. The link is that of a
 * password reset, which verifies the address. Hold the lock of the reset code.
 */
export async function mailInvitation(work: Work, user: User, previous: OneTimeCode): Promise<void> {
  const { em, now, settings, secretKeys } = work;
  const { id: userId, email: address } = user;
  const linkTtl = settings.invitationTtl;
  // The email shows no digits, so none are valid.
  const code = { purpose: 'RESET_PASSWORD' as const, address, userId, now, codeTtl: 0, linkTtl, previous };
  const { id: codeId } = await issueCode(em, secretKeys, code);
  user.invitedUntil = addSeconds(now, linkTtl);
  user.updatedAt = now;
  await em.flush();
  await notifyUser(work, user, 'invitation', {}, codeId);
}

import { OneTimeCode } from '../../entities/one-time-code.js';
import { User } from '../../entities/user.js';
import { maskedEmail } from '../../lib/email-address.js';
import { isProblem, type Problem, problem } from '../../problems.js';
import type { NewAuditEvent } from '../audit/record-event.js';
import { actFacts } from '../mail-outbox/act-facts.js';
import { greeting } from '../mail-outbox/write-mail.js';
import { consumeCode } from '../one-time-codes/consume.js';
import { issueCode } from '../one-time-codes/issue.js';
import type { Request } from '../use-case.js';
import { inTransaction, type Work } from '../work.js';
import { endRevertLinks } from './end-revert-links.js';
import { moveAddress } from './move-address.js';

/** Input of `confirmEmailChange`. The code was mailed to the new address. */
export interface EmailChangeConfirmation {
  userId: string;
  sessionId: string;
  code: string;
}

/** The address of the account was changed. */
export interface EmailChanged {
  kind: 'email-changed';
  user: User;
  endedSessions: number;
}

type ConfirmProblem = Problem<'CODE_INVALID' | 'CONFLICT'>;

interface Changed {
  kind: 'changed';
  user: User;
  endedSessions: number;
  replacedAccounts: number;
}

/**
 * Issues the revert link for the old address. If the new address still has a revert link for this account, ends that
 * link and all later ones and issues none.
 */
async function issueWayBack(work: Work, user: User, newEmail: string): Promise<string | undefined> {
  const { em, now, settings, secretKeys } = work;
  const earlier = await em.findOne(OneTimeCode, { purpose: 'REVERT_EMAIL', address: newEmail, user: user.id });
  if (earlier !== null && earlier.consumedAt === null && earlier.linkExpiresAt > now) {
    await endRevertLinks(em, { userId: user.id, since: earlier.issuedAt, now });
    return undefined;
  }
  const ttl = settings.emailChangeRevertTtl;
  const lives = { now, codeTtl: ttl, linkTtl: ttl };
  const code = { purpose: 'REVERT_EMAIL' as const, address: user.email, userId: user.id, ...lives };
  return (await issueCode(em, secretKeys, code)).id;
}

async function tellOldAddress(work: Work, user: User, newEmail: string): Promise<void> {
  const codeId = await issueWayBack(work, user, newEmail);
  const variables = { newAddress: maskedEmail(newEmail), ...actFacts(work, user, work.now), ...greeting(user) };
  const { id: userId, email: recipient, locale = null } = user;
  await work.mail({ mail: 'email-changed', recipient, locale, userId, variables, codeId });
}

async function change(work: Work, input: EmailChangeConfirmation): Promise<Changed | ConfirmProblem> {
  const { em, now, settings, secretKeys } = work;
  const { userId, sessionId, code } = input;
  const { codeMaxAttempts: maxAttempts } = settings;
  const attempt = { purpose: 'CHANGE_EMAIL' as const, address: userId, code, now, maxAttempts };
  const consumed = await consumeCode(em, secretKeys, attempt);
  if (isProblem(consumed)) return consumed;
  // A request for another address locks the code first, which is held here.
  const user = await em.findOneOrFail(User, { id: userId });
  const newEmail = user.pendingEmail ?? null;
  if (newEmail === null || user.disabledAt !== null) return problem('CODE_INVALID', { attemptsLeft: null });
  const moved = await moveAddress(work, { userId, from: user.email, to: newEmail });
  if (moved === undefined) return problem('CONFLICT');
  const ended = await work.endSessions({ userId, exceptId: sessionId }, 'EMAIL_CHANGED');
  await tellOldAddress(work, user, newEmail);
  const changed = await em.findOneOrFail(User, { id: userId }, { refresh: true });
  return { kind: 'changed', ...moved, user: changed, endedSessions: ended.length };
}

function eventOf(userId: string, outcome: Changed | ConfirmProblem): NewAuditEvent {
  const event = { type: 'EMAIL_CHANGE' as const, userId, actorId: userId };
  if (isProblem(outcome)) return { ...event, success: false, metadata: { reason: outcome.code } };
  const { endedSessions, replacedAccounts } = outcome;
  return { ...event, metadata: { endedSessions, replacedAccounts } };
}

/**
 * Moves an account to the address that the code was mailed to. Its other sessions end, and so do the codes mailed to
 * the old address. The old address is notified and gets a revert link for a limited time.
 */
export async function confirmEmailChange(
  request: Request,
  input: EmailChangeConfirmation,
): Promise<EmailChanged | ConfirmProblem> {
  const outcome = await inTransaction(request, async (work) => {
    const changed = await change(work, input);
    await work.record(eventOf(input.userId, changed));
    return changed;
  });
  if (isProblem(outcome)) return outcome;
  const { user, endedSessions } = outcome;
  return { kind: 'email-changed', user, endedSessions };
}

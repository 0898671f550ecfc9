import { OneTimeCode } from '../../entities/one-time-code.js';
import { User } from '../../entities/user.js';
import { run, sql } from '../../lib/sql.js';
import { isProblem, type Problem, problem } from '../../problems.js';
import type { NewAuditEvent } from '../audit/record-event.js';
import { type MailStatus, mailStatus } from '../mail-outbox/hand-over.js';
import { consumeToken } from '../one-time-codes/consume.js';
import { readToken } from '../one-time-codes/derive.js';
import { lockCode } from '../one-time-codes/issue.js';
import { forceReset } from '../passwords/force-reset.js';
import type { Request } from '../use-case.js';
import { inTransaction, type Work } from '../work.js';
import { endRevertLinks } from './end-revert-links.js';
import { moveAddress } from './move-address.js';

/** The account has its old address again, and a password reset is being mailed there. */
export interface EmailChangeReverted {
  kind: 'email-change-reverted';
  email: string;
  mailStatus: MailStatus;
}

type RevertProblem = Problem<'TOKEN_INVALID' | 'CONFLICT'>;

interface Reverted {
  kind: 'reverted';
  email: string;
  endedSessions: string[];
  replacedAccounts: number;
}

/** An account and the address that it returns to. */
interface Revert {
  userId: string;
  email: string;
}

/** Ends the revert links that were issued after this one. */
async function endLaterChanges({ em, now }: Work, { userId, email }: Revert): Promise<void> {
  const { issuedAt } = await em.findOneOrFail(OneTimeCode, { purpose: 'REVERT_EMAIL', address: email });
  await endRevertLinks(em, { userId, since: issuedAt, now });
}

/** Moves the address back. The caller holds the code of the revert link and the code of a pending change. */
async function takeBack(work: Work, { userId, email }: Revert): Promise<Reverted | Problem<'CONFLICT'>> {
  const { em } = work;
  const moved = await moveAddress(work, { userId, from: null, to: email });
  if (moved === undefined) {
    // The link stays valid for when the address is free again.
    await em.nativeUpdate(OneTimeCode, { purpose: 'REVERT_EMAIL', address: email }, { consumedAt: null });
    return problem('CONFLICT');
  }
  await endLaterChanges(work, { userId, email });
  const user = await em.findOneOrFail(User, { id: userId }, { refresh: true });
  // The person who moved the account away may know its password, so it stops working until it is reset.
  await forceReset(work, user);
  const endedSessions = await work.endSessions({ userId, exceptId: null }, 'EMAIL_CHANGED');
  return { kind: 'reverted', email, ...moved, endedSessions };
}

const consumeOldestLink = (userId: string, since: Date, now: Date) => sql`
  UPDATE one_time_codes SET consumed_at = ${now} WHERE id = (
    SELECT id FROM one_time_codes
    WHERE purpose = 'REVERT_EMAIL' AND user_id = ${userId} AND consumed_at IS NULL AND link_expires_at > ${now}
      AND issued_at >= ${since}
    ORDER BY issued_at LIMIT 1)
  RETURNING address`;

/**
 * Reverts the address changes made since a sign-in that the owner does not recognise. Returns undefined if the address
 * has not changed since then, or if the earlier one is taken.
 */
export async function takeBackSince(work: Work, userId: string, since: Date): Promise<Reverted | undefined> {
  const { em, now } = work;
  await lockCode(em, 'CHANGE_EMAIL', userId);
  const [link] = await run<{ address: string }>(em, consumeOldestLink(userId, since, now));
  if (link === undefined) return undefined;
  const taken = await takeBack(work, { userId, email: link.address });
  return isProblem(taken) ? undefined : taken;
}

/** Waits for a change that is being confirmed, which locks its code first. */
async function awaitConfirmation({ em, secretKeys }: Work, token: string): Promise<void> {
  const id = readToken(secretKeys, 'REVERT_EMAIL', token);
  const code = id === undefined ? null : await em.findOne(OneTimeCode, { id });
  if (code?.user != null) await lockCode(em, 'CHANGE_EMAIL', code.user.id);
  em.clear();
}

function eventOf(userId: string | null, outcome: Reverted | RevertProblem): NewAuditEvent {
  const event = { type: 'EMAIL_CHANGE_REVERT' as const, userId };
  if (isProblem(outcome)) return { ...event, success: false, metadata: { reason: outcome.code } };
  const { endedSessions, replacedAccounts } = outcome;
  return { ...event, metadata: { endedSessions: endedSessions.length, replacedAccounts } };
}

async function revert(work: Work, token: string): Promise<Reverted | RevertProblem> {
  const { em, now, secretKeys } = work;
  await awaitConfirmation(work, token);
  const code = await consumeToken(em, secretKeys, { purpose: 'REVERT_EMAIL', token, now });
  const taken = isProblem(code) ? code : await takeBack(work, { userId: code.userId, email: code.address });
  await work.record(eventOf(isProblem(code) ? null : code.userId, taken));
  return taken;
}

/**
 * Returns an account to its previous address, using the link mailed there. Every session ends and the password stops
 * working. A reset is mailed to the old address. If several addresses hold a valid revert link, the oldest one
 * prevails.
 */
export async function revertEmailChange(
  request: Request,
  input: { token: string },
): Promise<EmailChangeReverted | RevertProblem> {
  const [status, outcome] = await Promise.all([
    mailStatus(request),
    inTransaction(request, (work) => revert(work, input.token)),
  ]);
  if (isProblem(outcome)) return outcome;
  return { kind: 'email-change-reverted', email: outcome.email, mailStatus: status };
}

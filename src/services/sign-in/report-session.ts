import type { EntityManager } from '@mikro-orm/postgresql';
import { KnownDevice } from '../../entities/known-device.js';
import { Session } from '../../entities/session.js';
import { User } from '../../entities/user.js';
import { isProblem, type Problem } from '../../problems.js';
import { takeBackSince } from '../accounts/revert-email-change.js';
import { type MailStatus, mailStatus } from '../mail-outbox/hand-over.js';
import { type ConsumedCode, consumeToken } from '../one-time-codes/consume.js';
import { forceReset } from '../passwords/force-reset.js';
import type { Request } from '../use-case.js';
import { inTransaction, type Work } from '../work.js';

/** Every session has ended, and a password reset is being mailed. */
export interface SessionReported {
  kind: 'session-reported';
  /** The unrecognised session. */
  sessionId: string;
  endedSessions: number;
  mailStatus: MailStatus;
}

/** Deletes the devices that became known since a given time, or all of them if the time is unknown. */
async function forgetDevices(em: EntityManager, user: string, since: Date | undefined): Promise<void> {
  await em.nativeDelete(KnownDevice, { user, ...(since === undefined ? {} : { firstSeenAt: { $gte: since } }) });
}

/**
 * Mails the owner a password reset, to the address that the account had at the unrecognised sign-in. Returns the
 * sessions that ended with it.
 */
async function mailReset(work: Work, userId: string, since: Date | undefined): Promise<string[]> {
  const back = since === undefined ? undefined : await takeBackSince(work, userId, since);
  if (back !== undefined) return back.endedSessions;
  await forceReset(work, await work.em.findOneOrFail(User, { id: userId }));
  return [];
}

/** The unrecognised session, and the number of sessions that ended. */
interface Ended {
  kind: 'ended';
  sessionId: string;
  endedSessions: number;
}

async function endEverything(work: Work, { userId, address: sessionId }: ConsumedCode): Promise<Ended> {
  const session = await work.em.findOne(Session, { id: sessionId, user: userId });
  const since = session?.createdAt;
  const ended = await mailReset(work, userId, since);
  // The unrecognised sign-in may have led to other sessions since, by a renewal or by the password.
  const others = await work.endSessions({ userId, exceptId: null }, 'REPORTED');
  const endedSessions = ended.length + others.length;
  await forgetDevices(work.em, userId, since);
  await work.record({ type: 'SESSION_REPORT', userId, metadata: { sessionId, endedSessions } });
  return { kind: 'ended', sessionId, endedSessions };
}

async function report(work: Work, token: string): Promise<Ended | Problem<'TOKEN_INVALID'>> {
  const { em, now, secretKeys } = work;
  const code = await consumeToken(em, secretKeys, { purpose: 'REPORT_SESSION', token, now });
  if (!isProblem(code)) return await endEverything(work, code);
  await work.record({ type: 'SESSION_REPORT', success: false, userId: null });
  return code;
}

/**
 * Reports a sign-in the user does not recognise, using the token from the new-device email. The person behind it knew
 * the password, so every session ends, the password stops working, and a reset is mailed to the owner.
 */
export async function reportSession(
  request: Request,
  input: { token: string },
): Promise<SessionReported | Problem<'TOKEN_INVALID'>> {
  const [status, outcome] = await Promise.all([
    mailStatus(request),
    inTransaction(request, (work) => report(work, input.token)),
  ]);
  return isProblem(outcome) ? outcome : { ...outcome, kind: 'session-reported', mailStatus: status };
}

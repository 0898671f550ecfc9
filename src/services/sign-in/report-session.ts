import type { EntityManager } from '@mikro-orm/postgresql';
import { KnownDevice } from '../../entities/known-device.js';
import { Session } from '../../entities/session.js';
import { User } from '../../entities/user.js';
import { isProblem, type Problem } from '../../problems.js';
import { takeBackSince } from '../accounts/revert-email-change.js';
import { recordEvent } from '../audit/record-event.js';
import { handOver, type MailingContext, type MailStatus, mailStatus } from '../mail-outbox/hand-over.js';
import { type ConsumedCode, consumeToken } from '../one-time-codes/consume.js';
import { forceReset } from '../passwords/force-reset.js';
import { revokeSessions } from '../sessions/revoke-sessions.js';
import type { UseCaseContext } from '../use-case.js';

/** Nobody is signed in any more, and a new password is on its way. */
export interface SessionReported {
  kind: 'session-reported';
  /** The one that the owner did not know. */
  sessionId: string;
  endedSessions: number;
  mailStatus: MailStatus;
}

type Needs = Pick<UseCaseContext, 'em' | 'clock' | 'settings' | 'secretKeys' | 'revocations' | 'client'> &
  MailingContext;

/** What the transaction leaves to be done after it. */
interface Ended {
  kind: 'ended';
  sessionId: string;
  ended: string[];
  outboxId: string;
}

/** Forgets the devices that became known since a moment; all, where it is not known any more. */
async function forgetDevices(em: EntityManager, user: string, since: Date | undefined): Promise<void> {
  await em.nativeDelete(KnownDevice, { user, ...(since === undefined ? {} : { firstSeenAt: { $gte: since } }) });
}

/** A way to a new password for the owner: at the address that the account had when the stranger signed in. */
async function mailReset(
  context: Needs,
  em: EntityManager,
  userId: string,
  since: Date | undefined,
): Promise<{ outboxId: string; ended: string[] }> {
  const back = since === undefined ? undefined : await takeBackSince(context, em, userId, since);
  if (back !== undefined) return back;
  const user = await em.findOneOrFail(User, { id: userId });
  return { outboxId: await forceReset(context, em, user), ended: [] };
}

async function endEverything(
  context: Needs,
  em: EntityManager,
  { userId, address: sessionId }: ConsumedCode,
): Promise<Ended> {
  const session = await em.findOne(Session, { id: sessionId, user: userId });
  const since = session?.createdAt;
  const mailed = await mailReset(context, em, userId, since);
  // Whoever signed in may have begun other sessions since, by a renewal or by the password.
  const others = await revokeSessions(em, { userId, exceptId: null }, 'REPORTED', context.clock.now());
  const ended = [...mailed.ended, ...others];
  await forgetDevices(em, userId, since);
  const metadata = { sessionId, endedSessions: ended.length };
  await recordEvent(em, context, { type: 'SESSION_REPORT', userId, metadata });
  return { kind: 'ended', sessionId, ended, outboxId: mailed.outboxId };
}

async function report(context: Needs, em: EntityManager, token: string): Promise<Ended | Problem<'TOKEN_INVALID'>> {
  const now = context.clock.now();
  const code = await consumeToken(em, context.secretKeys, { purpose: 'REPORT_SESSION', token, now });
  if (!isProblem(code)) return await endEverything(context, em, code);
  await recordEvent(em, context, { type: 'SESSION_REPORT', success: false, userId: null });
  return code;
}

/**
 * The owner did not know a sign-in, and says so by the link that was mailed about it. Whoever it was knew the password, so
 * every session ends, the password opens nothing any more, and a reset is mailed to the owner.
 */
export async function reportSession(
  context: Needs,
  input: { token: string },
): Promise<SessionReported | Problem<'TOKEN_INVALID'>> {
  const [status, outcome] = await Promise.all([
    mailStatus(context),
    context.em.transactional((em) => report(context, em, input.token)),
  ]);
  if (isProblem(outcome)) return outcome;
  context.revocations.announce(outcome.ended);
  handOver(context, outcome.outboxId);
  const { sessionId, ended } = outcome;
  return { kind: 'session-reported', sessionId, endedSessions: ended.length, mailStatus: status };
}

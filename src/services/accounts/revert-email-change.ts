import type { EntityManager } from '@mikro-orm/postgresql';
import { OneTimeCode } from '../../entities/one-time-code.js';
import { User } from '../../entities/user.js';
import { isProblem, type Problem, problem } from '../../problems.js';
import { type NewAuditEvent, recordEvent } from '../audit/record-event.js';
import { handOver, type MailingContext, type MailStatus, mailStatus } from '../mail-outbox/hand-over.js';
import { consumeToken } from '../one-time-codes/consume.js';
import { readToken } from '../one-time-codes/derive.js';
import { lockCode } from '../one-time-codes/issue.js';
import { forceReset } from '../passwords/force-reset.js';
import { revokeSessions } from '../sessions/revoke-sessions.js';
import type { UseCaseContext } from '../use-case.js';
import { endWaysBack } from './end-ways-back.js';
import { moveAddress } from './move-address.js';

/** The account has its old address again, and a reset of its password is on the way there. */
export interface EmailChangeReverted {
  kind: 'email-change-reverted';
  email: string;
  mailStatus: MailStatus;
}

type Needs = Pick<UseCaseContext, 'em' | 'clock' | 'settings' | 'secretKeys' | 'revocations' | 'client'> &
  MailingContext;
type RevertProblem = Problem<'TOKEN_INVALID' | 'CONFLICT'>;

/** The address is back, and the way to a new password is mailed there. */
export interface Reverted {
  kind: 'reverted';
  userId: string;
  email: string;
  ended: string[];
  replacedAccounts: number;
  outboxId: string;
}

interface Revert {
  context: Needs;
  em: EntityManager;
  userId: string;
  email: string;
  now: Date;
}

/** Ends what came later: the change that waits for its code, and the ways back that are younger than this one. */
async function endLaterChanges({ em, userId, email, now }: Revert): Promise<void> {
  const { issuedAt } = await em.findOneOrFail(OneTimeCode, { purpose: 'REVERT_EMAIL', address: email });
  await endWaysBack(em, { userId, since: issuedAt, now });
}

/** Moves the address back; whoever calls it holds the code of the way back, and the one of a change under way. */
async function takeBack(revert: Revert): Promise<Reverted | Problem<'CONFLICT'>> {
  const { context, em, userId, email, now } = revert;
  const moved = await moveAddress(context, em, { userId, from: null, to: email, now });
  if (moved === undefined) {
    // The link stays good for when the address is free.
    await em.nativeUpdate(OneTimeCode, { purpose: 'REVERT_EMAIL', address: email }, { consumedAt: null });
    return problem('CONFLICT');
  }
  await endLaterChanges(revert);
  const user = await em.findOneOrFail(User, { id: userId }, { refresh: true });
  // Whoever moved the account away may know its password, so that it opens nothing any more until it is reset.
  const outboxId = await forceReset(context, em, user);
  const ended = await revokeSessions(em, { userId, exceptId: null }, 'EMAIL_CHANGED', now);
  return { kind: 'reverted', userId, email, ...moved, ended, outboxId };
}

const OLDEST_WAY_BACK = `
  UPDATE one_time_codes SET consumed_at = ? WHERE id = (
    SELECT id FROM one_time_codes
    WHERE purpose = 'REVERT_EMAIL' AND user_id = ? AND consumed_at IS NULL AND link_expires_at > ? AND issued_at >= ?
    ORDER BY issued_at LIMIT 1)
  RETURNING address`;

/**
 * Takes back what was done to the address since a sign-in that its owner did not know; undefined where it is still the one
 * that it was then, or where that one is taken. Part of the caller's transaction.
 */
export async function takeBackSince(
  context: Needs,
  em: EntityManager,
  userId: string,
  since: Date,
): Promise<Reverted | undefined> {
  const now = context.clock.now();
  await lockCode(em, 'CHANGE_EMAIL', userId);
  const [way] = await em.execute<{ address: string }[]>(OLDEST_WAY_BACK, [now, userId, now, since]);
  if (way === undefined) return undefined;
  const taken = await takeBack({ context, em, userId, email: way.address, now });
  return isProblem(taken) ? undefined : taken;
}

/** Takes turns with a change that is being confirmed, which holds its code first of all. */
async function awaitConfirmation(context: Needs, em: EntityManager, token: string): Promise<void> {
  const id = readToken(context.secretKeys, 'REVERT_EMAIL', token);
  const code = id === undefined ? null : await em.findOne(OneTimeCode, { id });
  if (code?.user != null) await lockCode(em, 'CHANGE_EMAIL', code.user.id);
  em.clear();
}

async function revert(context: Needs, em: EntityManager, token: string): Promise<Reverted | RevertProblem> {
  const now = context.clock.now();
  await awaitConfirmation(context, em, token);
  const code = await consumeToken(em, context.secretKeys, { purpose: 'REVERT_EMAIL', token, now });
  const taken = isProblem(code) ? code : await takeBack({ context, em, userId: code.userId, email: code.address, now });
  const userId = isProblem(code) ? null : code.userId;
  const told: Pick<NewAuditEvent, 'success' | 'metadata'> = isProblem(taken)
    ? { success: false, metadata: { reason: taken.code } }
    : { metadata: { endedSessions: taken.ended.length, replacedAccounts: taken.replacedAccounts } };
  await recordEvent(em, context, { type: 'EMAIL_CHANGE_REVERT', userId, ...told });
  return taken;
}

/**
 * Takes an account back to the address that it had before, by the link that was mailed there. Every session ends, and the
 * password with them: a reset is mailed to the old address. The oldest address that still has its link has the last word.
 */
export async function revertEmailChange(
  context: Needs,
  input: { token: string },
): Promise<EmailChangeReverted | RevertProblem> {
  const [status, outcome] = await Promise.all([
    mailStatus(context),
    context.em.transactional((em) => revert(context, em, input.token)),
  ]);
  if (isProblem(outcome)) return outcome;
  context.revocations.announce(outcome.ended);
  handOver(context, outcome.outboxId);
  return { kind: 'email-change-reverted', email: outcome.email, mailStatus: status };
}

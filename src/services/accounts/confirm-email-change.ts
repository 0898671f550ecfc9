import type { EntityManager } from '@mikro-orm/postgresql';
import { OneTimeCode } from '../../entities/one-time-code.js';
import { User } from '../../entities/user.js';
import { maskedEmail } from '../../lib/email-address.js';
import { isProblem, type Problem, problem } from '../../problems.js';
import { type NewAuditEvent, recordEvent } from '../audit/record-event.js';
import { actFacts } from '../mail-outbox/act-facts.js';
import { handOver, type MailingContext } from '../mail-outbox/hand-over.js';
import { greeting, writeMail } from '../mail-outbox/write-mail.js';
import { consumeCode } from '../one-time-codes/consume.js';
import { issueCode } from '../one-time-codes/issue.js';
import { revokeSessions } from '../sessions/revoke-sessions.js';
import type { UseCaseContext } from '../use-case.js';
import { endWaysBack } from './end-ways-back.js';
import { moveAddress } from './move-address.js';

/** Who confirms, in which session, and the code that came to the new address. */
export interface EmailChangeConfirmation {
  userId: string;
  sessionId: string;
  code: string;
}

/** The account has its new address. */
export interface EmailChanged {
  kind: 'email-changed';
  user: User;
  endedSessions: number;
}

type Needs = Pick<UseCaseContext, 'em' | 'clock' | 'settings' | 'secretKeys' | 'revocations' | 'client'> &
  MailingContext;
type ConfirmProblem = Problem<'CODE_INVALID' | 'CONFLICT'>;

interface Changed {
  kind: 'changed';
  user: User;
  ended: string[];
  replacedAccounts: number;
  outboxId: string;
}

interface Change {
  context: Needs;
  em: EntityManager;
  user: User;
  newEmail: string;
  now: Date;
}

/** The code that takes the old address back; none where the new one is itself an address that can take the account back. */
async function issueWayBack({ context, em, user, newEmail, now }: Change): Promise<string | undefined> {
  const earlier = await em.findOne(OneTimeCode, { purpose: 'REVERT_EMAIL', address: newEmail, user: user.id });
  if (earlier !== null && earlier.consumedAt === null && earlier.linkExpiresAt > now) {
    await endWaysBack(em, { userId: user.id, since: earlier.issuedAt, now });
    return undefined;
  }
  const ttl = context.settings.emailChangeRevertTtl;
  const lives = { now, codeTtl: ttl, linkTtl: ttl };
  const code = { purpose: 'REVERT_EMAIL' as const, address: user.email, userId: user.id, ...lives };
  return (await issueCode(em, context.secretKeys, code)).id;
}

/** Tells the address that was left. */
async function tellOldAddress(change: Change): Promise<string> {
  const { context, em, user, newEmail, now } = change;
  const codeId = await issueWayBack(change);
  const variables = { newAddress: maskedEmail(newEmail), ...actFacts(context, user, now), ...greeting(user) };
  const mail = { mail: 'email-changed' as const, recipient: user.email, locale: user.locale ?? null, variables };
  return await writeMail(em, { ...mail, codeId, requestId: context.requestId, now });
}

async function change(
  context: Needs,
  em: EntityManager,
  input: EmailChangeConfirmation,
  now: Date,
): Promise<Changed | ConfirmProblem> {
  const { userId, sessionId, code } = input;
  const { codeMaxAttempts: maxAttempts } = context.settings;
  const attempt = { purpose: 'CHANGE_EMAIL' as const, address: userId, code, now, maxAttempts };
  const consumed = await consumeCode(em, context.secretKeys, attempt);
  if (isProblem(consumed)) return consumed;
  // Nobody changes the pending address without the code, which is held here.
  const user = await em.findOneOrFail(User, { id: userId });
  const newEmail = user.pendingEmail ?? null;
  if (newEmail === null || user.disabledAt !== null) return problem('CODE_INVALID', { attemptsLeft: null });
  const moved = await moveAddress(context, em, { userId, from: user.email, to: newEmail, now });
  if (moved === undefined) return problem('CONFLICT');
  const ended = await revokeSessions(em, { userId, exceptId: sessionId }, 'EMAIL_CHANGED', now);
  const outboxId = await tellOldAddress({ context, em, user, newEmail, now });
  const changed = await em.findOneOrFail(User, { id: userId }, { refresh: true });
  return { kind: 'changed', ...moved, user: changed, ended, outboxId };
}

/**
 * Moves an account to the address whose code it shows. Its other sessions end with all that was mailed to the old address,
 * which is told, and has a way back for a while.
 */
export async function confirmEmailChange(
  context: Needs,
  input: EmailChangeConfirmation,
): Promise<EmailChanged | ConfirmProblem> {
  const now = context.clock.now();
  const who = { userId: input.userId, actorId: input.userId };
  const outcome = await context.em.transactional(async (em) => {
    const changed = await change(context, em, input, now);
    const told: Pick<NewAuditEvent, 'success' | 'metadata'> = isProblem(changed)
      ? { success: false, metadata: { reason: changed.code } }
      : { metadata: { endedSessions: changed.ended.length, replacedAccounts: changed.replacedAccounts } };
    await recordEvent(em, context, { type: 'EMAIL_CHANGE', ...who, ...told });
    return changed;
  });
  if (isProblem(outcome)) return outcome;
  context.revocations.announce(outcome.ended);
  handOver(context, outcome.outboxId);
  return { kind: 'email-changed', user: outcome.user, endedSessions: outcome.ended.length };
}

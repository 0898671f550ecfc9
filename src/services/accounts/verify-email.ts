import type { EntityManager } from '@mikro-orm/postgresql';
import type { OneTimeCode } from '../../entities/one-time-code.js';
import { User } from '../../entities/user.js';
import { isProblem, type Problem, problem } from '../../problems.js';
import { recordEvent } from '../audit/record-event.js';
import { handOver, type MailingContext } from '../mail-outbox/hand-over.js';
import { writeNotice } from '../mail-outbox/write-notice.js';
import { addressOfToken, type ConsumedCode, consumeCode, consumeToken } from '../one-time-codes/consume.js';
import { deriveToken } from '../one-time-codes/derive.js';
import { issueCode, lockOrMakeCode } from '../one-time-codes/issue.js';
import { issueResetTicket, type ResetTicket } from '../passwords/reset-ticket.js';
import { unusableHash } from '../passwords/unusable-hash.js';
import type { UseCaseContext } from '../use-case.js';
import { heldAddress } from '../users/address-owner.js';
import { droppedChoices } from '../users/dropped-choices.js';

/** The address is proven; the exchange token makes one session. */
export interface EmailVerified {
  kind: 'email-verified';
  user: User;
  exchangeToken: string;
  exchangeTokenExpiresAt: Date;
  /** Sets the password of an account for which two were chosen; null where the one that was chosen counts. */
  passwordChangeRequired: ResetTicket | null;
}

/** An address that was proven, and the mail about what was dropped with that. */
interface Verified extends EmailVerified {
  outboxId: string | undefined;
}

type Needs = Pick<UseCaseContext, 'em' | 'clock' | 'settings' | 'secretKeys' | 'client'> & MailingContext;

/**
 * More than one person signed up while nobody had proven the address: whoever just did sets a password by a reset, and nothing
 * else that a stranger may have chosen or agreed to stays either. The account goes on being contested until then.
 */
function dropChoices(context: Needs, user: User, now: Date): void {
  const unusable = { passwordHash: unusableHash(), passwordChangedAt: now, passwordBreachedAt: null };
  Object.assign(user, droppedChoices(context), unusable);
}

/** Undefined where the account has another address by now. */
async function markVerified(
  context: Needs,
  em: EntityManager,
  code: ConsumedCode,
  ticket: OneTimeCode,
): Promise<Verified | undefined> {
  const now = context.clock.now();
  const user = await em.findOneOrFail(User, code.userId);
  if (user.email !== code.address) return undefined;
  const isContested = user.emailVerifiedAt === null && user.passwordContestedAt != null;
  // Whoever signed up twice themselves, as most do who come here, is told in the language that they chose.
  const reader = { email: user.email, locale: user.locale ?? null };
  if (isContested) dropChoices(context, user, now);
  user.emailVerifiedAt ??= now;
  user.updatedAt = now;
  const ttl = context.settings.exchangeTokenTtl;
  const exchange = {
    purpose: 'EXCHANGE' as const,
    address: code.address,
    userId: user.id,
    now,
    codeTtl: ttl,
    linkTtl: ttl,
  };
  const issued = await issueCode(em, context.secretKeys, exchange);
  const metadata = { passwordDropped: isContested };
  await recordEvent(em, context, { type: 'EMAIL_VERIFICATION', userId: user.id, metadata });
  return {
    outboxId: isContested ? await writeNotice(em, context, reader, 'sign-up-contested') : undefined,
    passwordChangeRequired: user.passwordContestedAt == null ? null : await issueResetTicket(em, context, user, ticket),
    kind: 'email-verified',
    user,
    exchangeToken: deriveToken(context.secretKeys, { ...issued, purpose: 'EXCHANGE' }),
    exchangeTokenExpiresAt: issued.linkExpiresAt,
  };
}

/** A try that was in vain is written to the log of the account, where there is one. */
async function refuse<Refused extends Problem>(
  context: Needs,
  em: EntityManager,
  userId: string | null,
  refused: Refused,
): Promise<Refused> {
  const metadata = { reason: refused.code };
  await recordEvent(em, context, { type: 'EMAIL_VERIFICATION', success: false, userId, metadata });
  return refused;
}

/** What follows the commit: the mail leaves. */
function afterVerifying<Outcome extends Verified | Problem>(context: Needs, outcome: Outcome): Outcome {
  if (!isProblem(outcome) && outcome.outboxId !== undefined) handOver(context, outcome.outboxId);
  return outcome;
}

/**
 * Where two chose a password the proof gives a ticket, whose row comes before the other codes of an address, as everywhere.
 * Every address has one, as else the time would tell of which.
 */
async function lockTicket(context: Needs, em: EntityManager, address: string): Promise<OneTimeCode> {
  return await lockOrMakeCode(em, context.secretKeys, 'RESET_TICKET', address);
}

/** Proves an address by the code that was mailed to it. A wrong try counts, and its transaction commits all the same. */
export async function verifyEmail(
  context: Needs,
  input: { email: string; code: string },
): Promise<EmailVerified | Problem<'CODE_INVALID'>> {
  const now = context.clock.now();
  const { codeMaxAttempts: maxAttempts } = context.settings;
  const outcome = await context.em.transactional(async (em) => {
    const address = await heldAddress(em, context, input.email);
    const ticket = await lockTicket(context, em, address);
    const attempt = { purpose: 'VERIFY_EMAIL' as const, address, code: input.code, now, maxAttempts };
    const code = await consumeCode(em, context.secretKeys, attempt);
    const verified = isProblem(code) ? code : await markVerified(context, em, code, ticket);
    if (verified !== undefined && !isProblem(verified)) return verified;
    const owner = await em.findOne(User, { email: address });
    return await refuse(context, em, owner?.id ?? null, verified ?? problem('CODE_INVALID', { attemptsLeft: 0 }));
  });
  return afterVerifying(context, outcome);
}

/** Proves an address by the token of the mailed link. */
export async function verifyEmailWithToken(
  context: Needs,
  input: { token: string },
): Promise<EmailVerified | Problem<'TOKEN_INVALID'>> {
  const now = context.clock.now();
  const presented = { purpose: 'VERIFY_EMAIL' as const, token: input.token };
  const outcome = await context.em.transactional(async (em) => {
    const address = await addressOfToken(em, context.secretKeys, presented);
    const ticket = address === undefined ? undefined : await lockTicket(context, em, address);
    const code = await consumeToken(em, context.secretKeys, { ...presented, now });
    const verified =
      isProblem(code) || ticket === undefined ? undefined : await markVerified(context, em, code, ticket);
    return verified ?? (await refuse(context, em, null, problem('TOKEN_INVALID')));
  });
  return afterVerifying(context, outcome);
}

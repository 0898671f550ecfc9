import type { OneTimeCode } from '../../entities/one-time-code.js';
import { User } from '../../entities/user.js';
import { isProblem, type Problem, problem } from '../../problems.js';
import { notifyOwner } from '../mail-outbox/notify-owner.js';
import { addressOfToken, type ConsumedCode, consumeCode, consumeToken } from '../one-time-codes/consume.js';
import { deriveToken } from '../one-time-codes/derive.js';
import { issueCode, lockOrMakeCode } from '../one-time-codes/issue.js';
import { issueResetTicket, type ResetTicket } from '../passwords/reset-ticket.js';
import { unusableHash } from '../passwords/unusable-hash.js';
import type { Request } from '../use-case.js';
import { heldAddress } from '../users/address-owner.js';
import { droppedChoices } from '../users/dropped-choices.js';
import { inTransaction, type Work } from '../work.js';

/** The address is verified. The exchange token opens one session. */
export interface EmailVerified {
  kind: 'email-verified';
  user: User;
  exchangeToken: string;
  exchangeTokenExpiresAt: Date;
  /** Ticket to set the password of an account for which two were chosen; null if the chosen password is valid. */
  passwordChangeRequired: ResetTicket | null;
}

/**
 * Drops everything that another person may have chosen or agreed to, because the address was signed up more than once
 * before it was verified. The verified owner sets a password by a reset. The account remains contested until then.
 */
export function dropChoices(work: Work, user: User): void {
  const unusable = { passwordHash: unusableHash(), passwordChangedAt: work.now, passwordBreachedAt: null };
  Object.assign(user, droppedChoices(work), unusable);
}

/** Returns undefined if the account has another address by now. */
async function markVerified(work: Work, code: ConsumedCode, ticket: OneTimeCode): Promise<EmailVerified | undefined> {
  const { em, now, settings, secretKeys } = work;
  const user = await em.findOneOrFail(User, code.userId);
  if (user.email !== code.address) return undefined;
  const isContested = user.emailVerifiedAt === null && user.passwordContestedAt != null;
  // Captured before the choices are dropped: most contested sign-ups come from one person, who is notified in the
  // chosen language.
  const reader = { id: user.id, email: user.email, locale: user.locale ?? null };
  if (isContested) dropChoices(work, user);
  user.emailVerifiedAt ??= now;
  user.updatedAt = now;
  const ttl = settings.exchangeTokenTtl;
  const exchange = {
    purpose: 'EXCHANGE' as const,
    address: code.address,
    userId: user.id,
    now,
    codeTtl: ttl,
    linkTtl: ttl,
  };
  const issued = await issueCode(em, secretKeys, exchange);
  const metadata = { passwordDropped: isContested };
  await work.record({ type: 'EMAIL_VERIFICATION', userId: user.id, metadata });
  if (isContested) await notifyOwner(work, reader, 'sign-up-contested');
  return {
    passwordChangeRequired: user.passwordContestedAt == null ? null : await issueResetTicket(work, user, ticket),
    kind: 'email-verified',
    user,
    exchangeToken: deriveToken(secretKeys, { ...issued, purpose: 'EXCHANGE' }),
    exchangeTokenExpiresAt: issued.linkExpiresAt,
  };
}

/** Records a failed attempt, under the account if there is one. */
async function refuse<Refused extends Problem>(work: Work, userId: string | null, refused: Refused): Promise<Refused> {
  const metadata = { reason: refused.code };
  await work.record({ type: 'EMAIL_VERIFICATION', success: false, userId, metadata });
  return refused;
}

/**
 * Locks the reset ticket before the other codes of the address, in the common order. Verification of a contested
 * account issues a ticket. Every address gets the row, because timing would otherwise reveal contested ones.
 */
async function lockTicket({ em, secretKeys }: Work, address: string): Promise<OneTimeCode> {
  return await lockOrMakeCode(em, secretKeys, 'RESET_TICKET', address);
}

async function useCode(
  work: Work,
  input: { email: string; code: string },
): Promise<EmailVerified | Problem<'CODE_INVALID'>> {
  const { em, now, settings, secretKeys } = work;
  const address = await heldAddress(em, work, input.email);
  const ticket = await lockTicket(work, address);
  const { codeMaxAttempts: maxAttempts } = settings;
  const attempt = { purpose: 'VERIFY_EMAIL' as const, address, code: input.code, now, maxAttempts };
  const code = await consumeCode(em, secretKeys, attempt);
  const verified = isProblem(code) ? code : await markVerified(work, code, ticket);
  if (verified !== undefined && !isProblem(verified)) return verified;
  const owner = await em.findOne(User, { email: address });
  return await refuse(work, owner?.id ?? null, verified ?? problem('CODE_INVALID', { attemptsLeft: 0 }));
}

/** Verifies an address by the code mailed to it. A wrong code counts as an attempt, and that count is committed. */
export async function verifyEmail(
  request: Request,
  input: { email: string; code: string },
): Promise<EmailVerified | Problem<'CODE_INVALID'>> {
  return await inTransaction(request, (work) => useCode(work, input));
}

async function useToken(work: Work, token: string): Promise<EmailVerified | Problem<'TOKEN_INVALID'>> {
  const { em, now, secretKeys } = work;
  const presented = { purpose: 'VERIFY_EMAIL' as const, token };
  const address = await addressOfToken(em, secretKeys, presented);
  const ticket = address === undefined ? undefined : await lockTicket(work, address);
  const code = await consumeToken(em, secretKeys, { ...presented, now });
  const verified = isProblem(code) || ticket === undefined ? undefined : await markVerified(work, code, ticket);
  return verified ?? (await refuse(work, null, problem('TOKEN_INVALID')));
}

/** Verifies an address by the token of the mailed link. */
export async function verifyEmailWithToken(
  request: Request,
  input: { token: string },
): Promise<EmailVerified | Problem<'TOKEN_INVALID'>> {
  return await inTransaction(request, (work) => useToken(work, input.token));
}

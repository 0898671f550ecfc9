import type { EntityManager } from '@mikro-orm/postgresql';
import { User } from '../../entities/user.js';
import { isProblem, type Problem, problem } from '../../problems.js';
import { recordEvent } from '../audit/record-event.js';
import { type ConsumedCode, consumeCode, consumeToken } from '../one-time-codes/consume.js';
import { deriveToken } from '../one-time-codes/derive.js';
import { issueCode } from '../one-time-codes/issue.js';
import { unusableHash } from '../passwords/unusable-hash.js';
import type { UseCaseContext } from '../use-case.js';

/** The address is proven; the exchange token makes one session. */
export interface EmailVerified {
  kind: 'email-verified';
  user: User;
  exchangeToken: string;
  exchangeTokenExpiresAt: Date;
}

type Needs = Pick<UseCaseContext, 'em' | 'clock' | 'settings' | 'secretKeys' | 'client' | 'requestId'>;

/**
 * More than one person signed up while nobody had proven the address: whoever just did sets a password by a reset, and nothing
 * else that a stranger may have chosen or agreed to stays either.
 */
function dropChoices({ settings }: Needs, user: User, now: Date): void {
  user.role = settings.defaultRole;
  user.username = null;
  user.usernameKey = null;
  user.displayName = null;
  user.locale = null;
  user.timezone = null;
  user.termsAcceptedAt = null;
  user.privacyPolicyAcceptedAt = null;
  user.passwordHash = unusableHash();
  user.passwordChangedAt = now;
  user.passwordBreachedAt = null;
  user.passwordContestedAt = null;
}

/** Undefined where the account has another address by now. */
async function markVerified(
  context: Needs,
  em: EntityManager,
  code: ConsumedCode,
  now: Date,
): Promise<EmailVerified | undefined> {
  const user = await em.findOneOrFail(User, code.userId);
  if (user.email !== code.address) return undefined;
  const isContested = user.emailVerifiedAt === null && user.passwordContestedAt != null;
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

/** Proves an address by the code that was mailed to it. A wrong try counts, and its transaction commits all the same. */
export async function verifyEmail(
  context: Needs,
  input: { email: string; code: string },
): Promise<EmailVerified | Problem<'CODE_INVALID'>> {
  const now = context.clock.now();
  const { codeMaxAttempts: maxAttempts } = context.settings;
  const attempt = { purpose: 'VERIFY_EMAIL' as const, address: input.email, code: input.code, now, maxAttempts };
  return await context.em.transactional(async (em) => {
    const code = await consumeCode(em, context.secretKeys, attempt);
    const verified = isProblem(code) ? code : await markVerified(context, em, code, now);
    if (verified !== undefined && !isProblem(verified)) return verified;
    const owner = await em.findOne(User, { email: input.email });
    return await refuse(context, em, owner?.id ?? null, verified ?? problem('CODE_INVALID', { attemptsLeft: 0 }));
  });
}

/** Proves an address by the token of the mailed link. */
export async function verifyEmailWithToken(
  context: Needs,
  input: { token: string },
): Promise<EmailVerified | Problem<'TOKEN_INVALID'>> {
  const now = context.clock.now();
  return await context.em.transactional(async (em) => {
    const code = await consumeToken(em, context.secretKeys, { purpose: 'VERIFY_EMAIL', token: input.token, now });
    const verified = isProblem(code) ? undefined : await markVerified(context, em, code, now);
    return verified ?? (await refuse(context, em, null, problem('TOKEN_INVALID')));
  });
}

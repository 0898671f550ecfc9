import type { EntityManager } from '@mikro-orm/postgresql';
import { User } from '../../entities/user.js';
import { isProblem, type Problem } from '../../problems.js';
import { type ConsumedCode, consumeCode, consumeToken } from '../one-time-codes/consume.js';
import { deriveToken } from '../one-time-codes/derive.js';
import { issueCode } from '../one-time-codes/issue.js';
import type { UseCaseContext } from '../use-case.js';

/** The address is proven; the exchange token makes one session. */
export interface EmailVerified {
  kind: 'email-verified';
  user: User;
  exchangeToken: string;
  exchangeTokenExpiresAt: Date;
}

type Needs = Pick<UseCaseContext, 'em' | 'clock' | 'settings' | 'secretKeys'>;

async function markVerified(context: Needs, em: EntityManager, code: ConsumedCode, now: Date): Promise<EmailVerified> {
  const user = await em.findOneOrFail(User, code.userId);
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
  return {
    kind: 'email-verified',
    user,
    exchangeToken: deriveToken(context.secretKeys, { ...issued, purpose: 'EXCHANGE' }),
    exchangeTokenExpiresAt: issued.linkExpiresAt,
  };
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
    return isProblem(code) ? code : await markVerified(context, em, code, now);
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
    return isProblem(code) ? code : await markVerified(context, em, code, now);
  });
}

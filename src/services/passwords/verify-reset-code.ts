import type { EntityManager } from '@mikro-orm/postgresql';
import { User } from '../../entities/user.js';
import { isProblem, type Problem } from '../../problems.js';
import { recordEvent } from '../audit/record-event.js';
import { consumeCode } from '../one-time-codes/consume.js';
import type { UseCaseContext } from '../use-case.js';
import { heldAddress } from '../users/address-owner.js';
import { issueResetTicket, type ResetTicket } from './reset-ticket.js';

/** The code was right. */
export interface ResetCodeVerified extends ResetTicket {
  kind: 'reset-code-verified';
}

type Needs = Pick<UseCaseContext, 'em' | 'clock' | 'settings' | 'secretKeys' | 'client' | 'requestId'>;

async function useCode(
  context: Needs,
  em: EntityManager,
  input: { email: string; code: string },
): Promise<ResetCodeVerified | Problem<'CODE_INVALID'>> {
  const { code } = input;
  const address = await heldAddress(em, context, input.email);
  const { codeMaxAttempts: maxAttempts } = context.settings;
  const attempt = { purpose: 'RESET_PASSWORD' as const, address, code, now: context.clock.now(), maxAttempts };
  const consumed = await consumeCode(em, context.secretKeys, attempt);
  const user = await em.findOne(User, { email: address });
  const success = !isProblem(consumed);
  await recordEvent(em, context, { type: 'PASSWORD_RESET_CODE', success, userId: user?.id ?? null });
  if (isProblem(consumed)) return consumed;
  const owner = { id: consumed.userId, email: consumed.address };
  return { kind: 'reset-code-verified', ...(await issueResetTicket(em, context, owner)) };
}

/**
 * Takes the mailed code for a ticket that sets a password. A wrong try counts, and its transaction commits all the same; the
 * address is proven by the reset itself, as until then its account may have a password of somebody else.
 */
export async function verifyPasswordResetCode(
  context: Needs,
  input: { email: string; code: string },
): Promise<ResetCodeVerified | Problem<'CODE_INVALID'>> {
  return await context.em.transactional((em) => useCode(context, em, input));
}

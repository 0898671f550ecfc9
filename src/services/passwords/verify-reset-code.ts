import { User } from '../../entities/user.js';
import { isProblem, type Problem } from '../../problems.js';
import { consumeCode } from '../one-time-codes/consume.js';
import type { Request } from '../use-case.js';
import { heldAddress } from '../users/address-owner.js';
import { inTransaction, type Work } from '../work.js';
import { issueResetTicket, type ResetTicket } from './reset-ticket.js';

/** The code was correct. */
export interface ResetCodeVerified extends ResetTicket {
  kind: 'reset-code-verified';
}

async function useCode(
  work: Work,
  input: { email: string; code: string },
): Promise<ResetCodeVerified | Problem<'CODE_INVALID'>> {
  const { em, now, settings, secretKeys } = work;
  const { code } = input;
  const address = await heldAddress(em, work, input.email);
  const { codeMaxAttempts: maxAttempts } = settings;
  const attempt = { purpose: 'RESET_PASSWORD' as const, address, code, now, maxAttempts };
  const consumed = await consumeCode(em, secretKeys, attempt);
  const user = await em.findOne(User, { email: address });
  const success = !isProblem(consumed);
  await work.record({ type: 'PASSWORD_RESET_CODE', success, userId: user?.id ?? null });
  if (isProblem(consumed)) return consumed;
  const owner = { id: consumed.userId, email: consumed.address };
  return { kind: 'reset-code-verified', ...(await issueResetTicket(work, owner)) };
}

/**
 * Exchanges the mailed code for a ticket that sets a password. A wrong code counts as an attempt, and that count is
 * committed. The reset itself verifies the address, because until then the account may have another person's password.
 */
export async function verifyPasswordResetCode(
  request: Request,
  input: { email: string; code: string },
): Promise<ResetCodeVerified | Problem<'CODE_INVALID'>> {
  return await inTransaction(request, (work) => useCode(work, input));
}

import type { OneTimeCode } from '../../entities/one-time-code.js';
import type { User } from '../../entities/user.js';
import { deriveToken } from '../one-time-codes/derive.js';
import { issueCode } from '../one-time-codes/issue.js';
import type { Work } from '../work.js';

/** Lets its bearer set a new password once, and nothing else. */
export interface ResetTicket {
  resetToken: string;
  expiresAt: Date;
}

/** Time enough to think of a password. */
const TICKET_TTL_SECONDS = 600;

/**
 * Writes a ticket in the caller's transaction; one before it is dead from then on, unless it is the locked `previous` one: then
 * it lives on, for a client that was given it a step before. A reset by it proves the address, so
 * whoever gets one has proven the mailbox, or belongs to an account whose address is verified already.
 */
export async function issueResetTicket(
  { em, secretKeys, now }: Pick<Work, 'em' | 'secretKeys' | 'now'>,
  user: Pick<User, 'id' | 'email'>,
  previous: OneTimeCode | null = null,
): Promise<ResetTicket> {
  const purpose = 'RESET_TICKET' as const;
  const issued = await issueCode(em, secretKeys, {
    purpose,
    address: user.email,
    userId: user.id,
    now,
    codeTtl: TICKET_TTL_SECONDS,
    linkTtl: TICKET_TTL_SECONDS,
    previous,
  });
  return { resetToken: deriveToken(secretKeys, { ...issued, purpose }), expiresAt: issued.linkExpiresAt };
}

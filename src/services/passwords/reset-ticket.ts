import type { OneTimeCode } from '../../entities/one-time-code.js';
import type { User } from '../../entities/user.js';
import { deriveToken } from '../one-time-codes/derive.js';
import { issueCode } from '../one-time-codes/issue.js';
import type { Work } from '../work.js';

/** Allows its bearer to set a new password once, and nothing else. */
export interface ResetTicket {
  resetToken: string;
  expiresAt: Date;
}

/** Time enough to choose a password. */
const TICKET_TTL_SECONDS = 600;

/**
 * Issues a ticket in the caller's transaction. An earlier one becomes invalid, unless it is the locked `previous` one:
 * that one stays valid, for a client that received it a step before. A reset with a ticket verifies the address. Issue
 * it only to a user who has verified the mailbox or whose address is verified already.
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

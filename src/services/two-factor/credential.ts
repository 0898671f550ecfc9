import type { Work } from '../work.js';
import { openSeed } from './sealed-seed.js';
import type { Seed } from './totp.js';

const LOCK = 'SELECT sealed_secret FROM totp_credentials WHERE user_id = ? AND confirmed_at IS NOT NULL FOR UPDATE';

/**
 * Returns the seed of an account whose second factor is on, locked until the transaction ends. Every transaction that
 * uses or changes the factor locks this row first, so that they cannot deadlock.
 */
export async function lockSeed(work: Work, userId: string): Promise<{ seed: Seed; sealedSecret: string } | undefined> {
  const [row] = await work.em.execute<{ sealed_secret: string }[]>(LOCK, [userId]);
  if (row === undefined) return undefined;
  const { sealed_secret: sealedSecret } = row;
  const seed = openSeed(work.secretKeys, userId, sealedSecret);
  if (seed !== undefined) return { seed, sealedSecret };
  const { requestId, logger } = work;
  logger.error({ requestId, userId }, 'an authenticator secret is encrypted under a key that is not configured');
  return undefined;
}

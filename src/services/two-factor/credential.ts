import { run, sql } from '../../lib/sql.js';
import { lockRows } from '../locks.js';
import type { Work } from '../work.js';
import { openSeed } from './sealed-seed.js';
import type { Seed } from './totp.js';

/**
 * Returns the seed of an account whose second factor is on, locked until the transaction ends. Every transaction that
 * uses or changes the factor locks this row first, so that they cannot deadlock.
 */
export async function lockSeed(work: Work, userId: string): Promise<{ seed: Seed; sealedSecret: string } | undefined> {
  const confirmed = sql`user_id = ${userId} AND confirmed_at IS NOT NULL`;
  const lock = lockRows('totp_credentials', confirmed, { columns: sql`sealed_secret` });
  const [row] = await run<{ sealed_secret: string }>(work.em, lock);
  if (row === undefined) return undefined;
  const { sealed_secret: sealedSecret } = row;
  const seed = openSeed(work.secretKeys, userId, sealedSecret);
  if (seed !== undefined) return { seed, sealedSecret };
  const { requestId, logger } = work;
  logger.error({ requestId, userId }, 'an authenticator secret is encrypted under a key that is not configured');
  return undefined;
}

import { run, sql } from '../../lib/sql.js';
import { lockRows } from '../locks.js';
import type { Work } from '../work.js';
import { decryptSeed } from './seed-encryption.js';
import type { Seed } from './totp.js';

/**
 * Returns the seed of an account whose second factor is on, locked until the transaction ends. Every transaction that
 * uses or changes the factor locks this row first, so that they cannot deadlock.
 */
export async function lockSeed(
  work: Work,
  userId: string,
): Promise<{ seed: Seed; encryptedSecret: string } | undefined> {
  const confirmed = sql`user_id = ${userId} AND confirmed_at IS NOT NULL`;
  const lock = lockRows('totp_credentials', confirmed, { columns: sql`sealed_secret` });
  const [row] = await run<{ sealed_secret: string }>(work.em, lock);
  if (row === undefined) return undefined;
  const { sealed_secret: encryptedSecret } = row;
  const seed = decryptSeed(work.secretKeys, userId, encryptedSecret);
  if (seed !== undefined) return { seed, encryptedSecret };
  const { requestId, logger } = work;
  logger.error({ requestId, userId }, 'an authenticator secret is encrypted under a key that is not configured');
  return undefined;
}

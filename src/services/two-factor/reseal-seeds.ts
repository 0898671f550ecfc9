import { run, sql } from '../../lib/sql.js';
import type { UseCaseContext } from '../use-case.js';
import { openSeed, resealed } from './sealed-seed.js';

/** Result of re-encrypting the seeds that are not encrypted under the current secret. */
export interface SeedsResealed {
  resealed: number;
  /** Seeds that no configured secret can decrypt. Their users can no longer verify a second factor. */
  lost: number;
}

interface SealedRow {
  user_id: string;
  sealed_secret: string;
}

const BATCH = 500;
const FIRST_ID = '00000000-0000-0000-0000-000000000000';
const findOutdated = (keyId: string, after: string) => sql`
  SELECT user_id, sealed_secret FROM totp_credentials
  WHERE NOT starts_with(sealed_secret, ${`${keyId}.`}) AND user_id > ${after} ORDER BY user_id LIMIT ${BATCH}`;
/** A seed that changed in the meantime is already encrypted under the current secret. */
const replaceSeed = (userId: string, before: string, after: string) =>
  sql`UPDATE totp_credentials SET sealed_secret = ${after} WHERE user_id = ${userId} AND sealed_secret = ${before}`;

/**
 * Encrypts every seed under the current secret, so that the previous one can be removed. Otherwise users who do not
 * sign in for a long time would lose their second factor with it.
 */
export async function resealSeeds({
  em,
  secretKeys,
}: Pick<UseCaseContext, 'em' | 'secretKeys'>): Promise<SeedsResealed> {
  const counts: SeedsResealed = { resealed: 0, lost: 0 };
  let after = FIRST_ID;
  for (;;) {
    const rows = await run<SealedRow>(em, findOutdated(secretKeys.currentId, after));
    for (const { user_id: userId, sealed_secret: sealed } of rows) {
      const seed = openSeed(secretKeys, userId, sealed);
      if (seed === undefined) counts.lost += 1;
      else {
        await run(em, replaceSeed(userId, sealed, resealed(secretKeys, userId, seed, sealed)));
        counts.resealed += 1;
      }
      after = userId;
    }
    if (rows.length < BATCH) return counts;
  }
}

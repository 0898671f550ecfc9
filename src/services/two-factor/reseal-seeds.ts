import type { UseCaseContext } from '../use-case.js';
import { openSeed, resealed } from './sealed-seed.js';

/** What became of the seeds that the present secret does not seal. */
export interface SeedsResealed {
  resealed: number;
  /** Those that no configured secret opens: their users cannot prove a second factor any more. */
  lost: number;
}

interface SealedRow {
  user_id: string;
  sealed_secret: string;
}

const BATCH = 500;
const FIRST_ID = '00000000-0000-0000-0000-000000000000';
const OUTDATED = `
  SELECT user_id, sealed_secret FROM totp_credentials
  WHERE NOT starts_with(sealed_secret, ?) AND user_id > ? ORDER BY user_id LIMIT ${BATCH}`;
/** A seed that changed meanwhile is sealed by the present secret already. */
const RESEAL = 'UPDATE totp_credentials SET sealed_secret = ? WHERE user_id = ? AND sealed_secret = ?';

/**
 * Seals every seed under the present secret, so that the one before can be removed: people who do not sign in for long would
 * lose their second factor with it.
 */
export async function resealSeeds({
  em,
  secretKeys,
}: Pick<UseCaseContext, 'em' | 'secretKeys'>): Promise<SeedsResealed> {
  const counts: SeedsResealed = { resealed: 0, lost: 0 };
  let after = FIRST_ID;
  for (;;) {
    const rows = await em.execute<SealedRow[]>(OUTDATED, [`${secretKeys.currentId}.`, after]);
    for (const { user_id: userId, sealed_secret: sealed } of rows) {
      const seed = openSeed(secretKeys, userId, sealed);
      if (seed === undefined) counts.lost += 1;
      else {
        await em.execute(RESEAL, [resealed(secretKeys, userId, seed, sealed), userId, sealed]);
        counts.resealed += 1;
      }
      after = userId;
    }
    if (rows.length < BATCH) return counts;
  }
}

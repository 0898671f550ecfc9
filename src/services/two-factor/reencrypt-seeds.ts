import { run, sql } from '../../lib/sql.js';
import type { UseCaseContext } from '../use-case.js';
import { decryptSeed, reencrypted } from './seed-encryption.js';

/** Result of re-encrypting the seeds that are not encrypted under the current secret. */
export interface SeedsReencrypted {
  reencrypted: number;
  /** Seeds that no configured secret can decrypt. Their users can no longer verify a second factor. */
  lost: number;
}

interface EncryptedRow {
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
export async function reencryptSeeds({
  em,
  secretKeys,
}: Pick<UseCaseContext, 'em' | 'secretKeys'>): Promise<SeedsReencrypted> {
  const counts: SeedsReencrypted = { reencrypted: 0, lost: 0 };
  let after = FIRST_ID;
  for (;;) {
    const rows = await run<EncryptedRow>(em, findOutdated(secretKeys.currentId, after));
    for (const { user_id: userId, sealed_secret: encrypted } of rows) {
      const seed = decryptSeed(secretKeys, userId, encrypted);
      if (seed === undefined) counts.lost += 1;
      else {
        await run(em, replaceSeed(userId, encrypted, reencrypted(secretKeys, userId, seed, encrypted)));
        counts.reencrypted += 1;
      }
      after = userId;
    }
    if (rows.length < BATCH) return counts;
  }
}

import type { EntityManager } from '@mikro-orm/postgresql';
import type { UseCaseContext } from '../use-case.js';
import { openSeed } from './sealed-seed.js';
import type { Seed } from './totp.js';

type Needs = Pick<UseCaseContext, 'secretKeys' | 'logger' | 'requestId'>;

const LOCK = 'SELECT sealed_secret FROM totp_credentials WHERE user_id = ? AND confirmed_at IS NOT NULL FOR UPDATE';

/**
 * The seed of an account whose second factor is on, locked until the transaction ends. Whoever uses or changes the factor
 * locks this row before all others, and so nobody waits in a circle.
 */
export async function lockSeed(
  em: EntityManager,
  context: Needs,
  userId: string,
): Promise<{ seed: Seed; sealedSecret: string } | undefined> {
  const [row] = await em.execute<{ sealed_secret: string }[]>(LOCK, [userId]);
  if (row === undefined) return undefined;
  const { sealed_secret: sealedSecret } = row;
  const seed = openSeed(context.secretKeys, userId, sealedSecret);
  if (seed !== undefined) return { seed, sealedSecret };
  const { requestId, logger } = context;
  logger.error({ requestId, userId }, 'an authenticator secret is encrypted under a key that is not configured');
  return undefined;
}

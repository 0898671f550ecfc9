import { type Problem, problem } from '../../problems.js';
import { recordEvent } from '../audit/record-event.js';
import type { NewKey } from '../tokens/key-ring.js';
import { reencryptSeeds, type SeedsReencrypted } from '../two-factor/reencrypt-seeds.js';
import type { UseCaseContext } from '../use-case.js';
import { stillHasRole } from './act-on-user.js';
import { administratorFacts, OPERATOR, type StaffMember } from './administrator.js';

/** A new key is published. */
export interface SigningKeyRotated {
  kind: 'signing-key-rotated';
  key: NewKey;
}

/**
 * Publishes a new signing key of the access tokens, which signs once every verifier can know it, and encrypts the seeds of
 * authenticator apps under the current secret. CONFLICT while the key of an earlier rotation waits to sign.
 */
export async function rotateSigningKey(
  context: UseCaseContext,
  by: StaffMember,
): Promise<SigningKeyRotated | Problem<'FORBIDDEN' | 'CONFLICT'>> {
  const event = { type: 'SIGNING_KEY_ROTATE', userId: null, actorId: by.userId } as const;
  let refused: 'FORBIDDEN' | 'CONFLICT' | undefined;
  const key = await context.keyRing.rotateIf(async (em, rotation) => {
    refused = (await stillHasRole({ em }, by)) ? undefined : 'FORBIDDEN';
    if (refused === undefined && !rotation.isDue) refused = 'CONFLICT';
    const facts: Record<string, string> = refused === undefined ? { keyId: rotation.key.id } : { problem: refused };
    const metadata = { ...administratorFacts(by), ...facts };
    await recordEvent(em, context, { ...event, success: refused === undefined, metadata });
    return refused === undefined;
  });
  if (key === undefined) return problem(refused ?? 'CONFLICT');
  await reencryptSeeds(context).catch((cause: unknown) => {
    const { logger, requestId } = context;
    logger.error(
      { err: cause, requestId },
      'seeds stay encrypted under the previous secret: run gatehouse keys rotate',
    );
  });
  return { kind: 'signing-key-rotated', key };
}

/**
 * Publishes a new signing key for an operator, also while the key of an earlier rotation waits, and encrypts the seeds of
 * authenticator apps under the current secret. `immediately` makes the key sign at once.
 */
export async function rotateAsOperator(
  context: UseCaseContext,
  { immediately }: { immediately: boolean },
): Promise<{ key: NewKey; seeds: SeedsReencrypted }> {
  const key = await context.keyRing.rotate({
    immediately,
    async record(em, { id: keyId }) {
      const metadata = { ...administratorFacts(OPERATOR), keyId, immediately };
      await recordEvent(em, context, { type: 'SIGNING_KEY_ROTATE', userId: null, metadata });
    },
  });
  return { key, seeds: await reencryptSeeds(context) };
}

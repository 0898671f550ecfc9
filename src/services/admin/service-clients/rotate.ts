import { addSeconds } from '../../../lib/clock.js';
import { run, sql } from '../../../lib/sql.js';
import { type Problem, problem } from '../../../problems.js';
import { CLIENT_COLUMNS, toServiceClient } from '../../service-clients/record.js';
import { createSecret } from '../../service-clients/secret.js';
import type { Request } from '../../use-case.js';
import type { Acting } from '../administrator.js';
import { administer, notifyOfChange } from './administer.js';
import type { SecretIssued } from './create.js';

/** How long the replaced secret is still accepted. */
const OVERLAP_SECONDS = 86_400;

/**
 * Gives a client a new secret. The secret before it is accepted for another 24 hours, and an older one no longer. CONFLICT if
 * the client is revoked or expired, or if another rotation replaced the secret that this one read: of two at once one wins, so
 * that the secret in use survives both.
 */
export async function rotateServiceClientSecret(
  request: Request,
  by: Acting,
  id: string,
): Promise<SecretIssued | Problem<'NOT_FOUND' | 'CONFLICT' | 'FORBIDDEN'>> {
  return await administer(request, by, 'SERVICE_CLIENT_ROTATE', async ({ em, now }) => {
    const [seen] = await run<{ hash: Buffer }>(
      em,
      sql`SELECT secret_hash AS hash FROM service_clients WHERE id = ${id}`,
    );
    if (seen === undefined) return problem('NOT_FOUND');
    const { secret, hash, prefix } = createSecret(id);
    const [row] = await run(
      em,
      sql`WITH rotated AS (
          UPDATE service_clients SET previous_secret_hash = secret_hash, previous_until = ${addSeconds(now, OVERLAP_SECONDS)},
            secret_hash = ${hash}, secret_prefix = ${prefix}
          WHERE id = ${id} AND secret_hash = ${seen.hash} AND revoked_at IS NULL
            AND (expires_at IS NULL OR expires_at > ${now}) RETURNING *)
        SELECT ${CLIENT_COLUMNS}, ${notifyOfChange(id)}::text AS place FROM rotated`,
    );
    return row === undefined
      ? problem('CONFLICT')
      : { kind: 'secret-issued' as const, client: toServiceClient(row), secret };
  });
}

import { run, sql } from '../../../lib/sql.js';
import { type Problem, problem } from '../../../problems.js';
import { CLIENT_COLUMNS, toServiceClient } from '../../service-clients/record.js';
import type { Request } from '../../use-case.js';
import type { Acting } from '../administrator.js';
import { administer, type ClientActed, notifyOfChange } from './administer.js';

/** A client is revoked. */
export interface ServiceClientRevoked extends ClientActed {
  kind: 'service-client-revoked';
}

/** Revokes a client for good, in every process within a second. A client that is revoked already stays as it is. */
export async function revokeServiceClient(
  request: Request,
  by: Acting,
  id: string,
): Promise<ServiceClientRevoked | Problem<'NOT_FOUND' | 'FORBIDDEN'>> {
  return await administer(request, by, 'SERVICE_CLIENT_REVOKE', async ({ em, now }) => {
    const [revoked] = await run(
      em,
      sql`WITH revoked AS (
          UPDATE service_clients SET revoked_at = ${now} WHERE id = ${id} AND revoked_at IS NULL RETURNING *)
        SELECT ${CLIENT_COLUMNS}, ${notifyOfChange(id)}::text AS place FROM revoked`,
    );
    const kind = 'service-client-revoked' as const;
    if (revoked !== undefined) return { kind, client: toServiceClient(revoked) };
    const [row] = await run(em, sql`SELECT ${CLIENT_COLUMNS} FROM service_clients WHERE id = ${id}`);
    return row === undefined ? problem('NOT_FOUND') : { kind, client: toServiceClient(row), isUnchanged: true };
  });
}

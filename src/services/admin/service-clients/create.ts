import { randomUUID } from 'node:crypto';
import type { NewServiceClient } from '../../../inputs/service-client.js';
import { run, sql } from '../../../lib/sql.js';
import { inputProblem, type Problem } from '../../../problems.js';
import { CLIENT_COLUMNS, type ServiceClientRecord, toServiceClient } from '../../service-clients/record.js';
import { createSecret } from '../../service-clients/secret.js';
import type { Request } from '../../use-case.js';
import type { Acting } from '../administrator.js';
import { administer } from './administer.js';

/** A client with its new secret, which is shown this once. */
export interface SecretIssued {
  kind: 'secret-issued';
  client: ServiceClientRecord;
  secret: string;
}

/** Creates a service client. INPUT_INVALID if it would have expired already. */
export async function createServiceClient(
  request: Request,
  by: Acting,
  { name, scopes, expiresAt = null }: NewServiceClient,
): Promise<SecretIssued | Problem<'INPUT_INVALID' | 'FORBIDDEN'>> {
  return await administer(request, by, 'SERVICE_CLIENT_CREATE', async ({ em, now }) => {
    if (expiresAt !== null && expiresAt <= now) {
      return inputProblem(['input', 'expiresAt'], 'range', 'Choose a time in the future.');
    }
    const id = randomUUID();
    const { secret, hash, prefix } = createSecret(id);
    const [row = {}] = await run(
      em,
      sql`INSERT INTO service_clients (id, name, scopes, secret_hash, secret_prefix, created_at, expires_at)
        VALUES (${id}, ${name}, ${scopes}::text[], ${hash}, ${prefix}, ${now}, ${expiresAt}) RETURNING ${CLIENT_COLUMNS}`,
    );
    return { kind: 'secret-issued' as const, client: toServiceClient(row), secret };
  });
}

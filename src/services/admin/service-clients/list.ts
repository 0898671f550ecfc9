import { sql, sqlText } from '../../../lib/sql.js';
import { isProblem, type Problem } from '../../../problems.js';
import type { Page } from '../../page.js';
import { CLIENT_COLUMNS, type ServiceClientRecord, toServiceClient } from '../../service-clients/record.js';
import type { UseCaseContext } from '../../use-case.js';
import { boundedRead } from '../bounded-read.js';
import { type KeysetWindow, microseconds, moment, toKeysetPage } from '../keyset.js';

/** One page of service clients, newest first. */
export interface ServiceClientPage extends Page<ServiceClientRecord> {
  kind: 'service-client-page';
}

/** The order of service clients in a cursor. */
export const SERVICE_CLIENT_ORDER = 'SERVICE_CLIENTS';

/** Lists the service clients, newest first, with those that are revoked or expired. */
export async function listServiceClients(
  context: Pick<UseCaseContext, 'transact'>,
  window: KeysetWindow,
): Promise<ServiceClientPage | Problem<'INPUT_INVALID'>> {
  const { first, after } = window;
  const follows = after === null ? sql`true` : sql`(created_at, id) < (${moment(after.value)}, ${after.id}::uuid)`;
  const rows = await boundedRead(
    context,
    sql`SELECT ${CLIENT_COLUMNS}, ${microseconds(sqlText('created_at'))} AS place FROM service_clients
      WHERE ${follows} ORDER BY created_at DESC, id DESC LIMIT ${first + 1}`,
  );
  if (isProblem(rows)) return rows;
  return {
    kind: 'service-client-page',
    ...toKeysetPage(SERVICE_CLIENT_ORDER, rows, rows.map(toServiceClient), window),
  };
}

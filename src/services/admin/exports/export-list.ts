import { uninterrupted } from '../../../lib/request-scope.js';
import type { Sql } from '../../../lib/sql.js';
import { isProblem } from '../../../problems.js';
import { recordEvent } from '../../audit/record-event.js';
import type { UseCaseContext } from '../../use-case.js';
import { boundedRead } from '../bounded-read.js';
import type { KeysetWindow } from '../keyset.js';
import { toCsvLine } from './csv.js';
import { type ExportRow, type ExportSource, placeOf } from './sources.js';

/** A list as a file. */
export interface ListExport {
  /** Name of the file in the audit log, such as `users.csv`. */
  file: string;
  format: 'csv' | 'ndjson';
  /** The filters that were given. Their values are not recorded. */
  filters: readonly string[];
  actorId: string;
  /** Tells whether the actor is still allowed to export; asked before each batch. */
  isAllowed(): Promise<boolean>;
}

type Needs = Pick<UseCaseContext, 'em' | 'orm' | 'transact' | 'clock' | 'client' | 'requestId' | 'logger'>;

const BATCH = 500;
/** Milliseconds. An export that takes longer is cut off, which its reader sees from the broken transfer. */
export const LONGEST_MILLISECONDS = 600_000;

function toText(rows: readonly ExportRow[], { columns }: ExportSource, format: ListExport['format']): string {
  const line = (row: ExportRow) =>
    format === 'csv' ? toCsvLine(columns.map((name) => row[name] ?? null)) : `${JSON.stringify(row)}\n`;
  return rows.map(line).join('');
}

async function record(context: Needs, { file, filters, actorId }: ListExport, facts: Record<string, number | boolean>) {
  const metadata = { file, filters: filters.join(','), ...facts };
  await recordEvent(context.orm.em.fork(), context, { type: 'ADMIN_EXPORT', userId: null, actorId, metadata });
}

/**
 * Writes a list batch by batch, each when the reader has taken the one before, so that memory does not grow with the list.
 * Its beginning and its end are recorded, the end with the number of rows.
 */
export async function* exportList(context: Needs, source: ExportSource, list: ListExport): AsyncGenerator<string> {
  const endAt = performance.now() + LONGEST_MILLISECONDS;
  let rows = 0;
  let isComplete = false;
  await record(context, list, {});
  try {
    if (list.format === 'csv') yield toCsvLine(source.columns);
    for (let after: KeysetWindow['after'] = null; !isComplete; ) {
      if (performance.now() > endAt) throw new Error('An export took too long.');
      if (!(await list.isAllowed())) throw new Error('The admin lost the role or the session during an export.');
      const statement: Sql = source.statement({ kind: 'keyset-window', first: BATCH, after });
      const found = await boundedRead(context, statement);
      if (isProblem(found)) throw new Error('A batch of an export took too long.');
      const batch = found.slice(0, BATCH);
      const last = batch.at(-1);
      const text = toText(await source.toRows(batch), source, list.format);
      context.em.clear();
      if (text !== '') yield text;
      rows += batch.length;
      isComplete = found.length <= BATCH || last === undefined;
      after = last === undefined ? null : placeOf(last);
    }
  } finally {
    await uninterrupted(() => record(context, list, { rows, isComplete })).catch((cause: unknown) =>
      context.logger.error({ err: cause, requestId: context.requestId }, 'the end of an export could not be recorded'),
    );
  }
}

import type { EntityManager } from '@mikro-orm/postgresql';
import { run, type Sql, sql, sqlText } from '../../lib/sql.js';
import { SKIP_HELD } from '../locks.js';
import type { UseCaseContext } from '../use-case.js';
import type { PurgeCheck, PurgeRule } from './purge-rules.js';

/** Context of a purge. `signal` ends it between two batches. */
export type PurgeContext = Pick<UseCaseContext, 'em' | 'clock' | 'settings' | 'logger' | 'countPurged'> & {
  signal?: AbortSignal;
};

/**
 * Maximum number of rows that a statement reads or deletes. It is small, so that no statement locks many rows for long.
 */
export const BATCH = 500;
/** Time for one batch, as the time for a statement of a request is too short. */
const STATEMENT_TIMEOUT = sqlText("SET LOCAL statement_timeout = '60s'");
/** Number of batches between two log lines. */
const BATCHES_PER_LINE = 20;

/** One batch of a table that is read in key order: the key before it and its last key. */
interface Stretch {
  after: string;
  /** Absent for the last batch. */
  upTo?: string;
}

/** Returns the statement that deletes one batch of a rule's rows. */
export function batchStatement({ table, where, walk }: PurgeRule, stretch?: Stretch): Sql {
  const key = sqlText(walk ?? '');
  const after = stretch === undefined ? sql`` : sql` AND ${key} > ${stretch.after}`;
  const upTo = stretch?.upTo === undefined ? sql`` : sql` AND ${key} <= ${stretch.upTo}`;
  const condition = sql`(${where})${after}${upTo}`;
  const source = sqlText(table);
  // Rows that another transaction holds are in use, or are being purged already.
  const batch = sql`SELECT ctid FROM ${source} WHERE ${condition} LIMIT ${sqlText(`${BATCH}`)} ${SKIP_HELD}`;
  // Rows of different partitions can have the same ctid, so the condition is repeated.
  return sql`DELETE FROM ${source} WHERE ctid = ANY(ARRAY(${batch})) AND ${condition} RETURNING 1`;
}

/** Returns the statement that finds the end of a stretch. */
export function stretchStatement({ table, walk = '' }: PurgeRule, after: string): Sql {
  const key = sqlText(walk);
  return sql`SELECT ${key} AS key FROM ${sqlText(table)} WHERE ${key} > ${after} ORDER BY ${key}
    LIMIT 1 ${sqlText(`OFFSET ${BATCH - 1}`)}`;
}

/**
 * Returns the statement that deletes one batch of a rule's due rows, and sets the next check of those that are kept. A
 * kept row is no longer due, so the batches come to an end.
 */
export function checkStatement({ table, where }: PurgeRule, { column, next, before }: PurgeCheck): Sql {
  const [source, checked] = [table, column].map(sqlText) as [Sql, Sql];
  return sql`
    WITH due AS MATERIALIZED (
      SELECT ctid AS place, (${where}) AS ended FROM ${source} WHERE ${checked} < ${before}
      ORDER BY ${checked} ${sqlText(`LIMIT ${BATCH}`)} ${SKIP_HELD}),
    kept AS (
      UPDATE ${source} SET ${checked} = ${sqlText(next)}
      WHERE ctid = ANY(ARRAY(SELECT place FROM due WHERE NOT ended)) AND NOT (${where})),
    gone AS (
      DELETE FROM ${source} WHERE ctid = ANY(ARRAY(SELECT place FROM due WHERE ended)) AND (${where}) RETURNING 1)
    SELECT (SELECT count(*)::int FROM due) AS due, (SELECT count(*)::int FROM gone) AS deleted`;
}

/** Result of a batch. `next` is the key at which the next one begins, and is absent after the last. */
interface Batch {
  deleted: number;
  next?: string;
}

async function deleteBatch(em: EntityManager, rule: PurgeRule, after: string): Promise<Batch> {
  const { permit, walk, check } = rule;
  await run(em, STATEMENT_TIMEOUT);
  if (permit !== undefined) await run(em, sql`SELECT set_config(${permit.name}, ${permit.value.toISOString()}, true)`);
  const remove = async (stretch?: Stretch): Promise<number> => (await run(em, batchStatement(rule, stretch))).length;
  if (check !== undefined) {
    const [{ due, deleted } = { due: 0, deleted: 0 }] = await run<{ due: number; deleted: number }>(
      em,
      checkStatement(rule, check),
    );
    return due < BATCH ? { deleted } : { deleted, next: after };
  }
  if (walk === undefined) {
    const deleted = await remove();
    return deleted < BATCH ? { deleted } : { deleted, next: after };
  }
  const [end] = await run<{ key: string }>(em, stretchStatement(rule, after));
  if (end === undefined) return { deleted: await remove({ after }) };
  return { deleted: await remove({ after, upTo: end.key }), next: end.key };
}

/** Deletes the rows of a rule, one transaction per batch. Returns the number of deleted rows. */
export async function purgeRows({ em, logger, signal }: PurgeContext, rule: PurgeRule): Promise<number> {
  let deleted = 0;
  let after: string | undefined = '';
  for (let batches = 1; after !== undefined && signal?.aborted !== true; batches += 1) {
    const from: string = after;
    const batch = await em.fork().transactional((forked) => deleteBatch(forked, rule, from));
    deleted += batch.deleted;
    after = batch.next;
    if (batches % BATCHES_PER_LINE === 0) {
      logger.info({ component: 'worker', rows: rule.rows, deleted, batches }, 'old rows are being purged');
    }
  }
  return deleted;
}

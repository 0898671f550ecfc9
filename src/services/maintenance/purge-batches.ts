import type { EntityManager } from '@mikro-orm/postgresql';
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
const STATEMENT_TIMEOUT = '60s';
/** Number of batches between two log lines. */
const BATCHES_PER_LINE = 20;

interface Bound {
  text: string;
  values: unknown[];
}

/** One batch of a table that is read in key order: the key before it and its last key. */
interface Stretch {
  after: string;
  /** Absent for the last batch. */
  upTo?: string;
}

/** Returns the statement that deletes one batch of a rule's rows. */
export function batchStatement(rule: PurgeRule, stretch?: Stretch): Bound {
  const { table, where, before, walk } = rule;
  const conditions = [`(${where})`];
  const values: unknown[] = [...before];
  if (stretch !== undefined) {
    conditions.push(`${walk} > ?`);
    values.push(stretch.after);
  }
  if (stretch?.upTo !== undefined) {
    conditions.push(`${walk} <= ?`);
    values.push(stretch.upTo);
  }
  const condition = conditions.join(' AND ');
  // Rows that another transaction holds are in use, or are being purged already.
  const batch = `SELECT ctid FROM ${table} WHERE ${condition} LIMIT ${BATCH} FOR UPDATE SKIP LOCKED`;
  // Rows of different partitions can have the same ctid, so the condition is repeated.
  const text = `DELETE FROM ${table} WHERE ctid = ANY(ARRAY(${batch})) AND ${condition} RETURNING 1`;
  return { text, values: [...values, ...values] };
}

/** Returns the statement that finds the end of a stretch. */
export function stretchStatement({ table, walk }: PurgeRule): string {
  return `SELECT ${walk} AS key FROM ${table} WHERE ${walk} > ? ORDER BY ${walk} LIMIT 1 OFFSET ${BATCH - 1}`;
}

/**
 * Returns the statement that deletes one batch of a rule's due rows, and sets the next check of those that are kept. A
 * kept row is due no longer, so the batches come to an end.
 */
export function checkStatement({ table, where, before }: PurgeRule, check: PurgeCheck): Bound {
  const { column, next } = check;
  const text = `
    WITH due AS MATERIALIZED (
      SELECT ctid AS place, (${where}) AS ended FROM ${table} WHERE ${column} < ?
      ORDER BY ${column} LIMIT ${BATCH} FOR UPDATE SKIP LOCKED),
    kept AS (
      UPDATE ${table} SET ${column} = ${next}
      WHERE ctid = ANY(ARRAY(SELECT place FROM due WHERE NOT ended)) AND NOT (${where})),
    gone AS (
      DELETE FROM ${table} WHERE ctid = ANY(ARRAY(SELECT place FROM due WHERE ended)) AND (${where}) RETURNING 1)
    SELECT (SELECT count(*)::int FROM due) AS due, (SELECT count(*)::int FROM gone) AS deleted`;
  return { text, values: [...before, check.before, ...before, ...before] };
}

/** Result of a batch. `next` is the key at which the next one begins, and is absent after the last. */
interface Batch {
  deleted: number;
  next?: string;
}

async function deleteBatch(em: EntityManager, rule: PurgeRule, after: string): Promise<Batch> {
  const { permit, walk, check } = rule;
  await em.execute(`SET LOCAL statement_timeout = '${STATEMENT_TIMEOUT}'`);
  if (permit !== undefined) {
    await em.execute('SELECT set_config(?, ?, true)', [permit.name, permit.value.toISOString()]);
  }
  const remove = async (stretch?: Stretch): Promise<number> => {
    const { text, values } = batchStatement(rule, stretch);
    return (await em.execute<unknown[]>(text, values)).length;
  };
  if (check !== undefined) {
    const { text, values } = checkStatement(rule, check);
    const [{ due = 0, deleted = 0 } = {}] = await em.execute<{ due?: number; deleted?: number }[]>(text, values);
    return due < BATCH ? { deleted } : { deleted, next: after };
  }
  if (walk === undefined) {
    const deleted = await remove();
    return deleted < BATCH ? { deleted } : { deleted, next: after };
  }
  const [end] = await em.execute<{ key: string }[]>(stretchStatement(rule), [after]);
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

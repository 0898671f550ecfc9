import type { EntityManager } from '@mikro-orm/postgresql';
import type { UseCaseContext } from '../use-case.js';
import type { PurgeRule } from './purge-rules.js';

/** What a run of the purge needs; `signal` ends it between two batches. */
export type PurgeContext = Pick<UseCaseContext, 'em' | 'clock' | 'settings' | 'logger' | 'countPurged'> & {
  signal?: AbortSignal;
};

/** Most rows that a statement reads or deletes: small, so that none holds many rows for long. */
export const BATCH = 500;
const STATEMENT_TIMEOUT = '60s';
/** How often a long run is logged. */
const BATCHES_PER_LINE = 20;

/** One batch of a table that is read in the order of its key: what the key is before it, and its last one. */
interface Stretch {
  after: string;
  /** Absent for the last one. */
  upTo?: string;
}

/** The statement that deletes a batch of a rule's rows. */
export function batchStatement(rule: PurgeRule, stretch?: Stretch): { text: string; values: unknown[] } {
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
  // Rows that somebody else holds are in use, or are being purged already.
  const batch = `SELECT ctid FROM ${table} WHERE ${condition} LIMIT ${BATCH} FOR UPDATE SKIP LOCKED`;
  // In each partition a row may have the same place, so the condition stands twice.
  const text = `DELETE FROM ${table} WHERE ctid = ANY(ARRAY(${batch})) AND ${condition} RETURNING 1`;
  return { text, values: [...values, ...values] };
}

/** The statement that finds where a stretch ends. */
export function stretchStatement({ table, walk }: PurgeRule): string {
  return `SELECT ${walk} AS key FROM ${table} WHERE ${walk} > ? ORDER BY ${walk} LIMIT 1 OFFSET ${BATCH - 1}`;
}

/** What a batch did, and where the next one begins; absent after the last one. */
interface Batch {
  deleted: number;
  next?: string;
}

async function deleteBatch(em: EntityManager, rule: PurgeRule, after: string): Promise<Batch> {
  const { permit, walk } = rule;
  await em.execute(`SET LOCAL statement_timeout = '${STATEMENT_TIMEOUT}'`);
  if (permit !== undefined) {
    await em.execute('SELECT set_config(?, ?, true)', [permit.name, permit.value.toISOString()]);
  }
  const remove = async (stretch?: Stretch): Promise<number> => {
    const { text, values } = batchStatement(rule, stretch);
    return (await em.execute<unknown[]>(text, values)).length;
  };
  if (walk === undefined) {
    const deleted = await remove();
    return deleted < BATCH ? { deleted } : { deleted, next: after };
  }
  const [end] = await em.execute<{ key: string }[]>(stretchStatement(rule), [after]);
  if (end === undefined) return { deleted: await remove({ after }) };
  return { deleted: await remove({ after, upTo: end.key }), next: end.key };
}

/** Deletes the rows of a rule in batches of a transaction each. Returns how many there were. */
export async function purgeRows({ em, logger, signal }: PurgeContext, rule: PurgeRule): Promise<number> {
  let deleted = 0;
  let after: string | undefined = rule.first ?? '';
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

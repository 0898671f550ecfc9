import { isStatementCancelled } from '../../lib/database-errors.js';
import { hasHungUp } from '../../lib/request-scope.js';
import { type Sql, sql } from '../../lib/sql.js';
import { inputProblem, type Problem } from '../../problems.js';
import type { UseCaseContext } from '../use-case.js';

/** The longest time that a list searches, in milliseconds. */
const LIMIT_MILLISECONDS = 2_000;

/** Plans each statement for its values: a plan for all values would read the whole table for some of them. */
const bound = sql`SELECT set_config('statement_timeout', ${String(LIMIT_MILLISECONDS)}, true),
  set_config('plan_cache_mode', 'force_custom_plan', true)`;

/** Runs one reading statement for at most two seconds, in one round trip. INPUT_INVALID if that is not enough. */
export async function boundedRead<Row = Record<string, unknown>>(
  { transact }: Pick<UseCaseContext, 'transact'>,
  statement: Sql,
): Promise<Row[] | Problem<'INPUT_INVALID'>> {
  try {
    const [, rows = []] = await transact([bound, statement]);
    return rows as Row[];
  } catch (cause) {
    if (!isStatementCancelled(cause) || hasHungUp()) throw cause;
    return inputProblem(['filter'], 'range', 'This takes too long. Narrow the filter.');
  }
}

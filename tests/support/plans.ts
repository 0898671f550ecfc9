import { type BoundStatement, runAll, type Sql } from '../../src/lib/sql.js';
import { commandContext } from './accounts.js';
import type { TestGateway } from './app.js';

interface Plan {
  'Node Type': string;
  'Relation Name'?: string;
  'Actual Rows': number;
  'Actual Loops': number;
  'Rows Removed by Filter'?: number;
  Plans?: Plan[];
}

/** What a statement reads. */
export interface Reading {
  /** The rows that it reads from tables and indexes. */
  read: number;
  /** The tables that it reads as a whole. */
  whole: (string | undefined)[];
}

function nodesOf(plan: Plan): Plan[] {
  return [plan, ...(plan.Plans ?? []).flatMap(nodesOf)];
}

/** Runs a statement, measures what it reads, and undoes it. */
export async function readBy(gateway: TestGateway, { text, values }: BoundStatement): Promise<Reading> {
  const em = gateway.dependencies.orm.em.fork();
  await em.begin();
  const explained = { text: `EXPLAIN (ANALYZE, FORMAT JSON) ${text}`, values } as Sql;
  const [found = []] = await runAll(em, [explained]);
  await em.rollback();
  const plans = found.flatMap((row) => row['QUERY PLAN'] as { Plan: Plan }[]);
  const nodes = plans.flatMap(({ Plan: plan }) => nodesOf(plan));
  const scans = nodes.filter((node) => node['Node Type'].includes('Scan') && node['Node Type'] !== 'CTE Scan');
  const read = scans.reduce(
    (sum, node) => sum + node['Actual Loops'] * (node['Actual Rows'] + (node['Rows Removed by Filter'] ?? 0)),
    0,
  );
  const whole = scans.filter((node) => node['Node Type'] === 'Seq Scan' && node['Actual Rows'] > 0);
  return { read, whole: whole.map((node) => node['Relation Name']) };
}

/** The context of a command, with the statements that it has sent outside of a transaction of the ORM. */
export function watchedContext(gateway: TestGateway) {
  const sent: BoundStatement[] = [];
  const context = commandContext(gateway);
  const { query, transact } = context;
  const watched: typeof context = {
    ...context,
    query(statement, values) {
      sent.push({ text: statement.text, values: [...values] });
      return query(statement, values);
    },
    transact(statements) {
      sent.push(...statements.filter(({ text }) => !text.includes('set_config')));
      return transact(statements);
    },
  };
  return { context: watched, sent };
}

import { run, type Sql, sql } from '../../src/lib/sql.js';
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
export async function readBy(gateway: TestGateway, statement: Sql): Promise<Reading> {
  const em = gateway.dependencies.orm.em.fork();
  await em.begin();
  const found = await run<{ 'QUERY PLAN': { Plan: Plan }[] }>(em, sql`EXPLAIN (ANALYZE, FORMAT JSON) ${statement}`);
  await em.rollback();
  const nodes = found.flatMap((row) => row['QUERY PLAN'].flatMap(({ Plan: plan }) => nodesOf(plan)));
  const scans = nodes.filter((node) => node['Node Type'].includes('Scan') && node['Node Type'] !== 'CTE Scan');
  const read = scans.reduce(
    (sum, node) => sum + node['Actual Loops'] * (node['Actual Rows'] + (node['Rows Removed by Filter'] ?? 0)),
    0,
  );
  const whole = scans.filter((node) => node['Node Type'] === 'Seq Scan' && node['Actual Rows'] > 0);
  return { read, whole: whole.map((node) => node['Relation Name']) };
}

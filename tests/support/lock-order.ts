import pg from 'pg';
import type { BoundStatement } from '../../src/lib/sql.js';
import { SteadyClient } from '../../src/lib/steady-client.js';
import { LOCK_ORDER } from '../../src/services/locks.js';

/** Statements that lock rows as they change them, and the advisory locks, which come before all rows. */
const CHANGES = [
  /(?<!\b(?:do|for|key)\s)\bupdate\s+"?(\w+)"?/gi,
  /\bdelete\s+from\s+"?(\w+)"?/gi,
  /\binsert\s+into\s+"?(\w+)"?(?=.*\bon conflict\b.*\bdo update\b)/gis,
  /\b(pg_advisory_xact_lock)\(/g,
];
/** A statement that locks what it selects. One that skips held rows waits for nobody. */
const SELECTS = /\bfrom\s+"?(\w+)"?.*\bfor (?:no key )?update\b(?! skip locked)/is;
const RANKS = new Map<string, number>(['pg_advisory_xact_lock', ...LOCK_ORDER].map((table, rank) => [table, rank]));
const BEGIN = /^\s*(?:begin|start transaction)\b/i;
const END = /^\s*(?:commit|rollback(?! to))\b/i;

const faults: string[] = [];
const open = new WeakMap<object, string[]>();

/** The tables whose rows a statement locks, in the order in which it names them. */
export function lockedTables(text: string): string[] {
  const selected = text.match(SELECTS);
  const changed = CHANGES.flatMap((change) => [...text.matchAll(change)]);
  return (selected === null ? changed : [selected, ...changed])
    .map((match) => ({ at: match.index ?? 0, table: match[1] ?? '' }))
    .filter(({ table }) => RANKS.has(table))
    .sort((one, other) => one.at - other.at)
    .map(({ table }) => table);
}

/** Adds the locks of a statement to those of its transaction; returns the first that comes too late. */
export function addLocks(held: string[], text: string): string | undefined {
  for (const table of lockedTables(text)) {
    if (held.includes(table)) continue;
    const rank = RANKS.get(table) ?? 0;
    const later = held.find((other) => (RANKS.get(other) ?? 0) > rank);
    held.push(table);
    if (later !== undefined) return `${table} after ${later}: ${text.trim()}`;
  }
  return undefined;
}

function note(client: object, text: string): void {
  if (BEGIN.test(text)) open.set(client, []);
  else if (END.test(text)) open.delete(client);
  const held = open.get(client);
  const fault = held === undefined ? undefined : addLocks(held, text);
  if (fault !== undefined) faults.push(fault);
}

type Batches = { batch(statements: readonly BoundStatement[]): unknown };

let isWatching = false;

/** Watches every transaction of this process's pools. */
export function watchLockOrder(): void {
  if (isWatching) return;
  isWatching = true;
  const client = SteadyClient.prototype as unknown as Batches;
  const { batch } = client;
  client.batch = function (this: object, statements) {
    const isWhole = !open.has(this);
    // Statements that are sent together without a BEGIN are a transaction of their own.
    if (isWhole) open.set(this, []);
    for (const { text } of statements) note(this, text);
    if (isWhole && !BEGIN.test(statements[0]?.text ?? '')) open.delete(this);
    return batch.call(this, statements);
  };
  const ask = pg.Client.prototype.query as (...call: unknown[]) => unknown;
  pg.Client.prototype.query = function (this: object, ...call: unknown[]) {
    const [query] = call;
    const text = typeof query === 'string' ? query : (query as { text?: unknown } | undefined)?.text;
    if (this instanceof SteadyClient && typeof text === 'string' && query?.constructor?.name !== 'StatementBatch')
      note(this, text);
    return ask.apply(this, call);
  } as never;
}

/** Returns the locks that were taken out of order since the last call. */
export function lockFaults(): string[] {
  return faults.splice(0);
}

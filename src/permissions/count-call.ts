import type { Dependencies } from '../dependencies.js';
import { countLimits, readCounted } from '../lib/count-limits.js';
import type { CounterRow } from '../lib/rate-limiter.js';
import type { Sql } from '../lib/sql.js';
import type { LimitPolicy as Policy } from '../operations/limit-policy.js';
import { applyLimit, type Call, type CallLimit, countLimit, createLimits, isGivenBack, type Limit } from './limit.js';
import { identify } from './limit-identity.js';
import { createRepetitions, type Recognised } from './repeated-calls.js';

/** Calls that are allowed for each counted one, for a field that mails an address. */
const CALLS_PER_POINT = 10;

/** The limits of one call, before they are counted. */
export interface CallCount {
  /** Counts the call for all of them in one statement; undefined if they are counted one after the other. */
  statement: ((options: { isDurable: boolean }) => Sql) | undefined;
  /** The counters of the statement. */
  rows: readonly CounterRow[];
  /** Whether a limit rejects the call from memory. */
  isBlocked: boolean;
  /** Processes the rows of the statement. Throws if a limit rejects the call. */
  settle(rows: readonly Record<string, unknown>[]): Promise<void>;
  /** Counts one limit after the other. Throws if one rejects the call. */
  inTurn(): Promise<void>;
  /** The limits whose points a success gives back. */
  givenBack: readonly CallLimit[];
  /** Every limit of the call. */
  all: readonly CallLimit[];
}

/** Prepares the limits of a call. */
export type PrepareCount = (call: Call) => Promise<CallCount>;

interface Prepared {
  limits: CallLimit[];
  /** The counters that a statement counts; undefined if another store counts. */
  rows: CounterRow[] | undefined;
  /** Whether the last limit rejects the call from memory. */
  isBlocked: boolean;
}

/** Looks nothing up for a call that an earlier limit rejects from memory. */
async function prepare(limits: readonly Limit[], call: Call): Promise<Prepared> {
  const prepared: Prepared = { limits: [], rows: [], isBlocked: false };
  for (const limit of limits) {
    const applied = await applyLimit(limit, call);
    if (applied === undefined) continue;
    prepared.limits.push(applied);
    const row = limit.limiter.row(applied.key);
    if (row === undefined) prepared.rows = undefined;
    prepared.isBlocked = row?.isBlocked === true;
    if (prepared.isBlocked) break;
    if (row !== undefined) prepared.rows?.push(row);
  }
  return prepared;
}

async function countInTurn(limits: readonly CallLimit[], call: Call, points: 0 | 1 = 1): Promise<void> {
  for (const limit of limits) await countLimit(limit, call, { points });
}

async function settle(
  limits: readonly CallLimit[],
  call: Call,
  rows: readonly Record<string, unknown>[],
): Promise<void> {
  const counted = readCounted(rows);
  for (const [index, limit] of limits.entries()) {
    const row = counted.get(index + 1);
    await countLimit(limit, call, { points: row?.worth ?? 1, counted: row });
  }
}

function prepareEach(limits: readonly Limit[]): PrepareCount {
  return async (call) => {
    const { limits: all, rows, isBlocked } = await prepare(limits, call);
    const hasRows = rows !== undefined && rows.length > 0;
    return {
      statement: hasRows ? (options) => countLimits(rows, options) : undefined,
      rows: rows ?? [],
      isBlocked,
      settle: (counted) => settle(all, call, counted),
      inTurn: () => countInTurn(all, call),
      givenBack: all.filter(isGivenBack),
      all,
    };
  };
}

/** Every call counts for the wide limits, and only those that are no repetitions for the limits of the field. */
function prepareRepeatable(
  { wide, limits }: { wide: readonly Limit[]; limits: readonly Limit[] },
  recognise: (call: Call) => Promise<Recognised>,
): PrepareCount {
  return async (call) => {
    const all = await prepare(wide, call);
    // Comes before any lookup, so that a flood is rejected from memory.
    const isCounted = all.isBlocked || all.rows === undefined;
    if (isCounted) await countInTurn(all.limits, call);
    const every = isCounted ? { limits: [], rows: [] } : all;
    const { marks, seconds, countOnce } = await recognise(call);
    const applied = await Promise.all(limits.map((limit) => applyLimit(limit, call)));
    const own = applied.filter((limit) => limit !== undefined);
    const rows = [...(every.rows ?? []), ...own.map(({ limit, key }) => limit.limiter.row(key))];
    const isJoint = rows.length > 0 && rows.every((row) => row !== undefined);
    const repetitions = { after: every.limits.length, marks, seconds };
    return {
      statement: isJoint ? (options) => countLimits(rows, { ...options, repetitions }) : undefined,
      rows: isJoint ? rows : [],
      isBlocked: false,
      settle: (counted) => settle([...every.limits, ...own], call, counted),
      async inTurn() {
        await countInTurn(every.limits, call);
        await countOnce({ count: () => countInTurn(own, call), tell: () => countInTurn(own, call, 0) });
      },
      givenBack: [],
      all: [...every.limits, ...own],
    };
  };
}

/**
 * Returns how the calls of a field are counted. If the field mails an address, repetitions within a cool-down count only
 * against wider limits of their own.
 */
export function createCount(dependencies: Dependencies, field: string, policies: readonly Policy[]): PrepareCount {
  const { limiter } = dependencies;
  const limits = createLimits(field, policies, limiter);
  const [first] = policies;
  const recognise = createRepetitions(field, dependencies);
  if (first === undefined || recognise === undefined) return prepareEach(limits);
  const wider = policies.map((policy) => ({ ...policy, points: policy.points * CALLS_PER_POINT, isQuiet: true }));
  const wide = createLimits(field, wider, limiter, '-calls');
  return prepareRepeatable({ wide, limits }, async ({ args, context }) =>
    recognise({ identity: String(await identify[first.scope](args, context)), args, context }),
  );
}

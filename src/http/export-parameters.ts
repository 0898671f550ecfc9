import { inputProblem, ProblemError } from '../problems.js';

const TIMES = new Set(['createdFrom', 'createdBefore', 'lastLoginFrom', 'lastLoginBefore', 'from', 'before']);
const LISTS = new Set(['types', 'riskLevels']);
const FLAGS = new Set(['twoFactor', 'success']);
const TEXTS = new Set(['text', 'state', 'role', 'userId', 'actorId', 'ipAddress', 'requestId']);
/** RFC 3339, as the API writes times. */
const TIME = /^\d{4}-\d\d-\d\d(T\d\d:\d\d(:\d\d(\.\d{1,9})?)?(Z|[+-]\d\d:\d\d))?$/;

function timeOf(name: string, text: string): Date {
  const time = new Date(text);
  if (TIME.test(text) && !Number.isNaN(time.getTime())) return time;
  throw new ProblemError(inputProblem(['filter', name], 'type', 'This is not a time.'));
}

function fieldOf(name: string, given: unknown): unknown {
  if (LISTS.has(name)) return (Array.isArray(given) ? given : [given]).flatMap((text) => String(text).split(','));
  if (typeof given !== 'string')
    throw new ProblemError(inputProblem(['filter', name], 'type', 'Give this parameter only once.'));
  if (TIMES.has(name)) return timeOf(name, given);
  if (FLAGS.has(name)) return given === 'true' ? true : given === 'false' ? false : given;
  if (TEXTS.has(name)) return given;
  throw new ProblemError(inputProblem(['filter', name], 'type', 'Unknown filter.'));
}

/** Reads the parameters of an address as the fields of a filter. A list is repeated, or separated by commas. */
export function readFilter(query: unknown): Record<string, unknown> {
  return Object.fromEntries(Object.entries(query as object).map(([name, given]) => [name, fieldOf(name, given)]));
}

/** What a log line tells of an error. */
interface DescribedError {
  type: string;
  message: string;
  stack: string;
  /** A system error's or an SQLSTATE; not named `code`, as one-time codes are and the logger hides those. */
  errorCode?: string;
  constraint?: string;
  table?: string;
  cause?: DescribedError;
  errors?: DescribedError[];
}

/** Causes that are followed; an error may be its own. */
const DEEPEST = 5;
const SQL_STATE = /^[0-9A-Z]{5}$/;
/** PostgreSQL puts the row into its detail, which the ORM appends to the message: addresses and password hashes. */
const DETAIL = /\n - detail: [\s\S]*$/;
/** "invalid input syntax for type uuid: …" and its like end in the value. */
const REFUSED_VALUE = /: "[\s\S]*$/;

function text(value: unknown): string | undefined {
  return typeof value === 'string' ? value : undefined;
}

function describe(error: Error, depth: number): DescribedError {
  const { code, constraint, table, previous, errors } = error as Error & Record<string, unknown>;
  const errorCode = text(code);
  const detailed = error.message.replace(DETAIL, '');
  const message = errorCode && SQL_STATE.test(errorCode) ? detailed.replace(REFUSED_VALUE, '') : detailed;
  const frames = (error.stack ?? '').split('\n').filter((line) => /^\s+at /.test(line));
  const described: DescribedError = { type: error.name, message, stack: [message, ...frames].join('\n') };
  if (errorCode !== undefined) described.errorCode = errorCode;
  if (text(constraint) !== undefined) described.constraint = text(constraint);
  if (text(table) !== undefined) described.table = text(table);
  if (depth === DEEPEST) return described;
  const cause = error.cause ?? previous;
  if (cause instanceof Error) described.cause = describe(cause, depth + 1);
  if (Array.isArray(errors)) {
    described.errors = errors.filter((one) => one instanceof Error).map((one) => describe(one, depth + 1));
  }
  return described;
}

/**
 * An error for the log: what it is, where it comes from and what caused it. The values that drivers put into their errors
 * stay out, as they are addresses, password hashes and whatever else a statement was given (ASVS 16.2.5).
 */
export function describeError(error: unknown): unknown {
  return error instanceof Error ? describe(error, 0) : error;
}

/** The log representation of an error. */
interface DescribedError {
  type: string;
  message: string;
  stack: string;
  /**
   * A system error code or an SQLSTATE. Not named `code` because the logger redacts that field, which can hold one-time codes.
   */
  errorCode?: string;
  constraint?: string;
  table?: string;
  cause?: DescribedError;
  errors?: DescribedError[];
}

/** Maximum depth of the cause chain, which can be circular. */
const DEEPEST = 5;
const SQL_STATE = /^[0-9A-Z]{5}$/;
/**
 * PostgreSQL puts the row, with addresses and password hashes, into its error detail, and the ORM appends that to the message.
 */
const DETAIL = /\n - detail: [\s\S]*$/;
/** Messages such as "invalid input syntax for type uuid: …" end with the rejected value. */
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
 * Converts an error for the log: its type, message, stack and causes. Values that drivers put into their errors are removed
 * because they can be addresses, password hashes or any other statement parameter (ASVS 16.2.5).
 */
export function describeError(error: unknown): unknown {
  return error instanceof Error ? describe(error, 0) : error;
}

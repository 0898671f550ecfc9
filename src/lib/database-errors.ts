/** SQLSTATE classes and codes of a database that is away, starting, stopping, full or too slow (PostgreSQL, appendix A). */
const unavailableStates = /^(08|53|57P|57014|25006|40001|40P01)/;
const unavailableSystemErrors = new Set([
  'ECONNREFUSED',
  'ECONNRESET',
  'ENOTFOUND',
  'EAI_AGAIN',
  'ETIMEDOUT',
  'EPIPE',
  'EHOSTUNREACH',
  'ENETUNREACH',
]);
/** node-postgres gives these conditions no code. */
const unavailableMessages =
  /Connection terminated|timeout exceeded when trying to connect|Cannot use a pool after calling end/;

/** Whether an error, or one that caused it, says that the database or the counters cannot be reached now. */
export function isDatabaseUnavailable(error: unknown): boolean {
  if (!(error instanceof Error)) return false;
  const code = 'code' in error && typeof error.code === 'string' ? error.code : '';
  if (unavailableStates.test(code) || unavailableSystemErrors.has(code) || unavailableMessages.test(error.message))
    return true;
  const causes = [error.cause, 'previous' in error ? error.previous : undefined];
  if (error instanceof AggregateError) causes.push(...error.errors);
  return causes.some((cause) => cause !== error && isDatabaseUnavailable(cause));
}

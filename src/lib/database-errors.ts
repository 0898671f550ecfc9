/**
 * SQLSTATE classes and codes (PostgreSQL, appendix A) of an unavailable database: unreachable, starting, stopping, full, too
 * slow, failing (58, and XX000, which poolers use for their own failures), read-only, rejecting the credentials or the database
 * name (28, 3D000), or denying access to its tables (42501).
 */
const unavailableStates = /^(08|28|3D000|42501|53|58|57P|57014|55P03|25006|25P03|25P04|40001|40P01|XX000)/;
/** States of a server that is running but denies access. */
const accessStates = /^(28|3D000|42501)/;
/** States of a transaction that was aborted in favour of another one. */
const conflictStates = /^(40001|40P01)/;
/** The state of a server that accepts no writes, such as a former primary after a failover. */
const READ_ONLY_SERVER = '25006';
/** States of a connection that is closing or closed, as reported by the server or a pooler. */
const lostStates = /^(08|57P0[1-5]|25P0[34]|XX000)/;
const lostSystemErrors = new Set([
  'ECONNRESET',
  'ECONNABORTED',
  'ENOTCONN',
  'EPIPE',
  'ERR_STREAM_DESTROYED',
  'ERR_STREAM_WRITE_AFTER_END',
  'ERR_SOCKET_CLOSED',
]);
const unavailableSystemErrors = new Set([
  ...lostSystemErrors,
  'ECONNREFUSED',
  'ENOTFOUND',
  'EAI_AGAIN',
  'ETIMEDOUT',
  'EHOSTUNREACH',
  'EHOSTDOWN',
  'ENETUNREACH',
  'ENETDOWN',
  'EADDRNOTAVAIL',
  'EMFILE',
  'ENFILE',
]);
/** Node.js and OpenSSL codes of an untrusted certificate. */
const certificateErrors =
  /^(ERR_TLS_CERT_ALTNAME_INVALID|CERT_\w+|\w+_SIGNED_CERT\w*|UNABLE_TO_(GET_ISSUER|VERIFY_LEAF)\w+|INVALID_CA|HOSTNAME_MISMATCH)$/;
/** Codes of a failed TLS handshake. */
const handshakeErrors = /^(EPROTO|ERR_SSL_\w+)$/;
/** Messages with which PostgreSQL, poolers and providers reject connections without TLS. */
const tlsWantedMessages =
  /no encryption$|SSL off$|\b(SSL|TLS) (connection )?(is )?required|connection is insecure|requires? (SSL|TLS)\b/i;
/** node-postgres messages for conditions without a code. */
const unavailableMessages =
  /Connection terminated|timeout exceeded when trying to connect|Cannot use a pool after calling end|is not queryable|Query read timeout|Connection is closed|server does not support SSL|Received unexpected \w+ message from backend/;

/** node-postgres messages for a connection that ended during a statement or is used afterwards. */
const lostMessages =
  /^Connection terminated( unexpectedly)?$|is not queryable|Connection is closed|Received unexpected \w+ message from backend/;

/** Returns true if the predicate holds for an error or any of its causes. */
function someCause(error: unknown, holds: (error: Error, code: string) => boolean): boolean {
  if (!(error instanceof Error)) return false;
  const code = 'code' in error && typeof error.code === 'string' ? error.code : '';
  if (holds(error, code)) return true;
  const causes = [error.cause, 'previous' in error ? error.previous : undefined];
  if (error instanceof AggregateError) causes.push(...error.errors);
  return causes.some((cause) => cause !== error && someCause(cause, holds));
}

/** Returns true if an error or one of its causes means that the database or the counters are currently unavailable. */
export function isDatabaseUnavailable(error: unknown): boolean {
  return someCause(
    error,
    ({ message }, code) =>
      unavailableStates.test(code) ||
      unavailableSystemErrors.has(code) ||
      certificateErrors.test(code) ||
      handshakeErrors.test(code) ||
      unavailableMessages.test(message),
  );
}

/**
 * The reason why a TLS connection failed: `wanted` if the server requires TLS and the client did not request it, `missing` if
 * the server does not support it, `unbelieved` if the certificate is not trusted.
 */
export function tlsTrouble(error: unknown): 'wanted' | 'missing' | 'unbelieved' | undefined {
  if (someCause(error, ({ message }) => tlsWantedMessages.test(message))) return 'wanted';
  if (someCause(error, ({ message }) => message.includes('server does not support SSL'))) return 'missing';
  return someCause(error, (_error, code) => certificateErrors.test(code)) ? 'unbelieved' : undefined;
}

/**
 * Returns true if the database is reachable but rejects this role, password, database name or kind of connection, or is not the
 * expected server. Waiting alone does not resolve that.
 */
export function isAccessRefused(error: unknown): boolean {
  return tlsTrouble(error) !== undefined || someCause(error, (_error, code) => accessStates.test(code));
}

/** The connection was lost after COMMIT was sent and before its response arrived, so it is unknown whether it was committed. */
export class CommitUnanswered extends Error {
  constructor(cause: unknown) {
    super('The connection was lost while a transaction was committed.', { cause });
  }
}

/** Returns true if an established connection was lost, so that another one can succeed. Timeouts do not count. */
export function isConnectionLost(error: unknown): boolean {
  const isLost = someCause(
    error,
    ({ message }, code) => lostStates.test(code) || lostSystemErrors.has(code) || lostMessages.test(message),
  );
  return isLost && !someCause(error, ({ message }, code) => code === 'ETIMEDOUT' || /timeout/i.test(message));
}

/** Returns true if a statement was not sent because its connection was already closed. */
export function isNeverSent(error: unknown): boolean {
  return someCause(error, ({ message }) => message.includes('is not queryable'));
}

/** Returns true if the server ended the connection instead of answering. Nothing of an open transaction was committed. */
export function isServerEnding(error: unknown): boolean {
  return someCause(error, (_error, code) => code === '57P01' || code === '57P02');
}

/** Returns true if the server accepts no writes. Nothing of the transaction was committed. */
export function isReadOnlyServer(error: unknown): boolean {
  return someCause(error, (_error, code) => code === READ_ONLY_SERVER);
}

/** Returns true if the database is reachable but the role lacks a required privilege. */
export function isRightMissing(error: unknown): boolean {
  return someCause(error, (_error, code) => code === '42501');
}

/** Returns true if the database aborted a transaction in favour of another one. Nothing of it was committed. */
export function isTransactionConflict(error: unknown): boolean {
  return someCause(error, (_error, code) => conflictStates.test(code));
}

/** Returns true if a statement timed out waiting for a lock. */
export function isLockTimeout(error: unknown): boolean {
  return someCause(error, (_error, code) => code === '55P03');
}

/** States of a prepared statement that is missing or already exists, because a pooler switched to another server connection. */
const notKeptStates = /^(26000|42P05)/;

/** Returns true if a migration changed the result type of a prepared statement, which invalidates its plan. */
export function isPlanChanged(error: unknown): boolean {
  return someCause(error, ({ message }) => message.includes('cached plan must not change result type'));
}

/** Returns true if a statement failed only because it was prepared. It was not executed and can be sent again. */
export function isStatementStale(error: unknown): boolean {
  return isPlanChanged(error) || someCause(error, (_error, code) => notKeptStates.test(code));
}

/** Returns true if the server ended a statement at its time limit, or because it was cancelled. */
export function isStatementCancelled(error: unknown): boolean {
  return someCause(error, (_cause, code) => code === '57014');
}

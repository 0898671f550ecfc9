/**
 * SQLSTATE classes and codes (PostgreSQL, appendix A) of a database that is away, starting, stopping, full, too slow, failing
 * (58, XX000, which poolers use for their own failures), read-only, that no longer knows our password (28, 3D000), or no longer
 * lets us at its tables (42501).
 */
const unavailableStates = /^(08|28|3D000|42501|53|58|57P|57014|55P03|25006|25P03|25P04|40001|40P01|XX000)/;
/** States of a server that is there and will not have us. */
const accessStates = /^(28|3D000|42501)/;
/** States of a transaction that was given up for another one. */
const conflictStates = /^(40001|40P01)/;
/** The state of a server that takes no writes, as a former primary after a fail-over. */
const READ_ONLY_SERVER = '25006';
/** States of a connection that is going or gone, in the words of the server or of a pooler before it. */
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
/** A certificate that is not believed, in the words of Node and OpenSSL. */
const certificateErrors =
  /^(ERR_TLS_CERT_ALTNAME_INVALID|CERT_\w+|\w+_SIGNED_CERT\w*|UNABLE_TO_(GET_ISSUER|VERIFY_LEAF)\w+|INVALID_CA|HOSTNAME_MISMATCH)$/;
/** A handshake that came to nothing. */
const handshakeErrors = /^(EPROTO|ERR_SSL_\w+)$/;
/** How PostgreSQL, poolers and providers say that they take no connection in the clear. */
const tlsWantedMessages =
  /no encryption$|SSL off$|\b(SSL|TLS) (connection )?(is )?required|connection is insecure|requires? (SSL|TLS)\b/i;
/** node-postgres gives these conditions no code. */
const unavailableMessages =
  /Connection terminated|timeout exceeded when trying to connect|Cannot use a pool after calling end|is not queryable|Query read timeout|Connection is closed|server does not support SSL|Received unexpected \w+ message from backend/;

/** node-postgres: a connection ended under its statement, or is used after that. */
const lostMessages =
  /^Connection terminated( unexpectedly)?$|is not queryable|Connection is closed|Received unexpected \w+ message from backend/;

/** Whether something holds for an error or for one that caused it. */
function someCause(error: unknown, holds: (error: Error, code: string) => boolean): boolean {
  if (!(error instanceof Error)) return false;
  const code = 'code' in error && typeof error.code === 'string' ? error.code : '';
  if (holds(error, code)) return true;
  const causes = [error.cause, 'previous' in error ? error.previous : undefined];
  if (error instanceof AggregateError) causes.push(...error.errors);
  return causes.some((cause) => cause !== error && someCause(cause, holds));
}

/** Whether an error, or one that caused it, says that the database or the counters cannot be reached now. */
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
 * What keeps client and server from a connection by TLS: `wanted` by the server and not asked for, `missing` at the server,
 * or a certificate that is `unbelieved`.
 */
export function tlsTrouble(error: unknown): 'wanted' | 'missing' | 'unbelieved' | undefined {
  if (someCause(error, ({ message }) => tlsWantedMessages.test(message))) return 'wanted';
  if (someCause(error, ({ message }) => message.includes('server does not support SSL'))) return 'missing';
  return someCause(error, (_error, code) => certificateErrors.test(code)) ? 'unbelieved' : undefined;
}

/**
 * Whether the database is there and refuses this role, password, database name or way to connect, or is not the one that
 * it should be; waiting alone does not mend that.
 */
export function isAccessRefused(error: unknown): boolean {
  return tlsTrouble(error) !== undefined || someCause(error, (_error, code) => accessStates.test(code));
}

/** A COMMIT was sent and its connection lost before the answer came: whether it holds is not known. */
export class CommitUnanswered extends Error {
  constructor(cause: unknown) {
    super('The connection was lost while a transaction was committed.', { cause });
  }
}

/** Whether a connection was lost that had been there, so that another one may serve; one that took too long is none. */
export function isConnectionLost(error: unknown): boolean {
  const isLost = someCause(
    error,
    ({ message }, code) => lostStates.test(code) || lostSystemErrors.has(code) || lostMessages.test(message),
  );
  return isLost && !someCause(error, ({ message }, code) => code === 'ETIMEDOUT' || /timeout/i.test(message));
}

/** Whether a statement was not sent, as its connection was gone already. */
export function isNeverSent(error: unknown): boolean {
  return someCause(error, ({ message }) => message.includes('is not queryable'));
}

/** Whether the server takes no writes; nothing of such a transaction was kept. */
export function isReadOnlyServer(error: unknown): boolean {
  return someCause(error, (_error, code) => code === READ_ONLY_SERVER);
}

/** Whether the database is there, and our role may not do what it was asked for. */
export function isRightMissing(error: unknown): boolean {
  return someCause(error, (_error, code) => code === '42501');
}

/** Whether the database gave a transaction up for another one, and kept nothing of it. */
export function isTransactionConflict(error: unknown): boolean {
  return someCause(error, (_error, code) => conflictStates.test(code));
}

/** Whether a statement gave up waiting for a lock. */
export function isLockTimeout(error: unknown): boolean {
  return someCause(error, (_error, code) => code === '55P03');
}

/** A prepared statement is not there, or is there already: a pooler has put another server process in between. */
const notKeptStates = /^(26000|42P05)/;

/** Whether a migration changed what a prepared statement answers, so that its plan is of no use any more. */
export function isPlanChanged(error: unknown): boolean {
  return someCause(error, ({ message }) => message.includes('cached plan must not change result type'));
}

/** Whether a prepared statement was refused for being prepared: nothing of it has run, and it can be sent again. */
export function isStatementStale(error: unknown): boolean {
  return isPlanChanged(error) || someCause(error, (_error, code) => notKeptStates.test(code));
}

import pg from 'pg';

const ANSWER_WITHIN_MILLISECONDS = 2_000;

/** Session state of the driver's client that its types do not declare. */
interface Session {
  host: string;
  port: number;
  ssl: pg.ClientConfig['ssl'];
  /** `postgres` requests TLS after connecting, `direct` starts with TLS. */
  sslNegotiation: 'postgres' | 'direct';
  processID: number;
  secretKey: number;
}

/** The part of the driver's low-level connection that is used here. */
interface Wire {
  stream: { destroy(): void };
  connect(portOrPath: number | string, host?: string): void;
  requestSsl(): void;
  cancel(processId: number, secretKey: number): void;
  on(event: string, listener: (error?: Error) => void): void;
}

/**
 * Asks the server to cancel the statement that the client's session is running, using a PostgreSQL cancel request. Resolves
 * when the server has closed the connection: the session has received the signal by then, so a later statement is never hit.
 * Rejects if that cannot be determined. The driver's own `cancel` neither waits nor encrypts.
 */
export async function cancelRequest(client: pg.ClientBase): Promise<void> {
  const { host, port, ssl = false, sslNegotiation, processID, secretKey } = client as unknown as Session;
  const { promise, resolve, reject } = Promise.withResolvers<void>();
  const wire = new pg.Connection({ ssl, sslNegotiation } as never) as unknown as Wire;
  let isSent = false;
  const send = () => {
    wire.cancel(processID, secretKey);
    isSent = true;
  };
  wire.on('connect', () => {
    if (!ssl) send();
    else if (sslNegotiation !== 'direct') wire.requestSsl();
  });
  wire.on('sslconnect', send);
  wire.on('error', (cause) => reject(cause));
  wire.on('end', () =>
    isSent ? resolve() : reject(new Error('The server closed the connection before the cancellation was sent.')),
  );
  const timer = setTimeout(() => {
    reject(new Error('The server did not accept a cancellation in time.'));
    wire.stream.destroy();
  }, ANSWER_WITHIN_MILLISECONDS);
  if (host.startsWith('/')) wire.connect(`${host}/.s.PGSQL.${port}`);
  else wire.connect(port, host);
  await promise.finally(() => clearTimeout(timer));
}

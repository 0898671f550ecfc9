import { type ConnectionOptions, connect, type TLSSocket } from 'node:tls';
import { AbstractConnector, type RedisOptions, SentinelConnector } from 'ioredis';

/*
 * The library listens for one error of a socket. One that is closed during its TLS handshake has a second, which nobody would
 * hear and which would end the process.
 */

/** Connects to a Redis over TLS. */
export class SteadyConnector extends AbstractConnector {
  readonly #target: ConnectionOptions;

  constructor({ host = 'localhost', port = 6379, tls, disconnectTimeout = 2_000 }: RedisOptions) {
    super(disconnectTimeout);
    this.#target = { host, port, ...tls };
  }

  override async connect(): Promise<TLSSocket> {
    this.connecting = true;
    const stream = connect(this.#target);
    stream.on('error', (error) => {
      this.firstError ??= error;
    });
    this.stream = stream;
    return stream;
  }
}

/** Connects to the master that the sentinels name. */
export class SteadySentinelConnector extends SentinelConnector {
  override async connect(tell: Parameters<SentinelConnector['connect']>[0]): ReturnType<SentinelConnector['connect']> {
    const stream = await super.connect(tell);
    stream.on('error', () => undefined);
    return stream;
  }
}

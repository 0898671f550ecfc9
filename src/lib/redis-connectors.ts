import { type ConnectionOptions, connect, type TLSSocket } from 'node:tls';
import { AbstractConnector, type RedisOptions, SentinelConnector } from 'ioredis';

/*
 * ioredis listens for only one error per socket. A socket that is closed during its TLS handshake emits a second one, which
 * would be unhandled and end the process.
 */

/** Connects to a Redis server over TLS. */
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

/** Connects to the master reported by the sentinels. */
export class SteadySentinelConnector extends SentinelConnector {
  override async connect(tell: Parameters<SentinelConnector['connect']>[0]): ReturnType<SentinelConnector['connect']> {
    const stream = await super.connect(tell);
    stream.on('error', () => undefined);
    return stream;
  }
}

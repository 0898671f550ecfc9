import { setTimeout as sleep } from 'node:timers/promises';
import pg from 'pg';
import type { Logger } from 'pino';

/** A connection that waits for notifications and comes back by itself. */
export interface Listener {
  isConnected(): boolean;
  close(): Promise<void>;
}

/** What to listen for. */
export interface ListenerOptions {
  /** A direct connection: notifications do not pass a transaction pooler. */
  url: string;
  channel: string;
  logger: Logger;
  onNotification(payload: string): void;
  /** After each connect; what was said before it was missed. */
  onConnected(): void;
}

const FIRST_RETRY_MILLISECONDS = 100;
const LONGEST_RETRY_MILLISECONDS = 2_000;
const CONNECT_WITHIN_MILLISECONDS = 5_000;
/** A connection that was cut in silence is found out this long after the last word. */
const PROBE_AFTER_MILLISECONDS = 10_000;

/** Listens on a channel of PostgreSQL until it is closed. */
export function listen(options: ListenerOptions): Listener {
  const stopped = new AbortController();
  let client: pg.Client | undefined;
  let connected = false;

  const connect = async (): Promise<void> => {
    const next = new pg.Client({
      connectionString: options.url,
      application_name: 'gatehouse',
      connectionTimeoutMillis: CONNECT_WITHIN_MILLISECONDS,
      keepAlive: true,
      keepAliveInitialDelayMillis: PROBE_AFTER_MILLISECONDS,
    });
    client = next;
    const ended = new Promise<void>((resolve) => {
      next.on('end', resolve);
      next.on('error', () => resolve());
    });
    next.on('notification', ({ payload }) => options.onNotification(payload ?? ''));
    await next.connect();
    await next.query(`LISTEN ${next.escapeIdentifier(options.channel)}`);
    connected = true;
    options.onConnected();
    await ended;
  };

  const run = async (): Promise<void> => {
    let wait = FIRST_RETRY_MILLISECONDS;
    while (!stopped.signal.aborted) {
      try {
        await connect();
        wait = FIRST_RETRY_MILLISECONDS;
      } catch (cause) {
        if (!stopped.signal.aborted) options.logger.warn({ err: cause, channel: options.channel }, 'listening failed');
      }
      connected = false;
      await client?.end().catch(() => undefined);
      await sleep(wait, undefined, { signal: stopped.signal }).catch(() => undefined);
      wait = Math.min(wait * 2, LONGEST_RETRY_MILLISECONDS);
    }
  };
  const running = run();

  return {
    isConnected: () => connected,
    async close() {
      stopped.abort();
      await client?.end().catch(() => undefined);
      await running;
    },
  };
}

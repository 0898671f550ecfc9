import { setTimeout as sleep } from 'node:timers/promises';
import type pg from 'pg';
import type { Logger } from 'pino';
import { connectionOptions } from '../lib/connection-options.js';
import { SteadyClient } from '../lib/steady-client.js';

/** A connection that waits for notifications and reconnects automatically. */
export interface Listener {
  isConnected(): boolean;
  close(): Promise<void>;
}

/** The channel to listen on, and its callbacks. */
export interface ListenerOptions {
  /** A direct connection: notifications do not pass a transaction pooler. */
  url: string;
  channel: string;
  logger: Logger;
  onNotification(payload: string): void;
  /** Called after each connect; notifications sent before it were missed. */
  onConnected(): void;
}

const FIRST_RETRY_MILLISECONDS = 100;
const LONGEST_RETRY_MILLISECONDS = 2_000;
const CONNECT_WITHIN_MILLISECONDS = 5_000;
/** Nothing is sent on a connection that only listens, so a probe checks regularly that it is alive. */
const PROBE_EVERY_MILLISECONDS = 5_000;
const ANSWER_WITHIN_MILLISECONDS = 4_000;

/** Listens on a PostgreSQL channel until it is closed. */
export function listen(options: ListenerOptions): Listener {
  const stopped = new AbortController();
  let client: pg.Client | undefined;
  let connected = false;

  const connect = async (): Promise<void> => {
    const next = new SteadyClient(
      connectionOptions(options.url, {
        application_name: 'gatehouse',
        connectionTimeoutMillis: CONNECT_WITHIN_MILLISECONDS,
        answerWithinMillis: ANSWER_WITHIN_MILLISECONDS,
      }),
    );
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
    const probe = setInterval(() => next.query('SELECT 1').catch(() => undefined), PROBE_EVERY_MILLISECONDS);
    await ended.finally(() => clearInterval(probe));
  };

  const run = async (): Promise<void> => {
    let wait = FIRST_RETRY_MILLISECONDS;
    while (!stopped.signal.aborted) {
      try {
        await connect();
        wait = FIRST_RETRY_MILLISECONDS;
      } catch (cause) {
        if (!stopped.signal.aborted)
          options.logger.warn({ err: cause, channel: options.channel }, 'listening for notifications failed');
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

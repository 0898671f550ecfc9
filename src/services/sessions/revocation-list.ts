import type { Logger } from 'pino';
import { addSeconds, type Clock } from '../../lib/clock.js';
import type { Query, Statement } from '../../lib/query.js';
import { LONGEST_ACCESS_TOKEN_TTL } from '../tokens/access-tokens.js';

/** The database channel that notifies every process of ended sessions. */
export const REVOCATION_CHANNEL = 'gatehouse_sessions_revoked';

/**
 * The ended sessions whose access tokens may still be valid. They are held in memory, so that the guard needs no query.
 */
export interface RevocationList {
  has(sessionId: string): boolean;
  /** Adds sessions that ended here, and notifies the other processes. Call it after the commit. */
  announce(sessionIds: readonly string[]): void;
  /** Adds sessions that another process announced. */
  learn(sessionIds: readonly string[]): void;
  /** Reads the database. The guard must not be trusted before this has succeeded once. */
  load(): Promise<void>;
  /** Returns whether the list was loaded and can be trusted. */
  isReady(): boolean;
  /** Starts to reload the list periodically. */
  start(): void;
  close(): void;
}

/** Dependencies and settings of the list. */
export interface RevocationListOptions {
  query: Query;
  clock: Clock;
  logger: Logger;
  /** Lifetime of an access token in seconds. */
  accessTokenTtl: number;
  /** Returns whether notifications arrive. While they do not, the table is read far more often. */
  isListening(): boolean;
  /** Notifies other processes by a second channel, if there is one. */
  publish?(sessionIds: readonly string[]): void;
}

const LOAD: Statement = { name: 'revoked-sessions', text: 'SELECT id FROM sessions WHERE revoked_at > $1' };
const TICK_MILLISECONDS = 500;
const LOAD_EVERY_TICKS = 30;
const CLOCK_SKEW_SECONDS = 60;

/** Creates the list and keeps it current. */
export function createRevocationList(options: RevocationListOptions): RevocationList {
  const endedAt = new Map<string, number>();
  // There may be tokens that were issued while the setting was longer, or by a replica where it still is.
  const keepSeconds = Math.max(options.accessTokenTtl, LONGEST_ACCESS_TOKEN_TTL) + CLOCK_SKEW_SECONDS;
  let ready = false;
  let ticks = 0;
  let loading = false;

  const learn = (sessionIds: readonly string[]): void => {
    const now = options.clock.now().getTime();
    for (const id of sessionIds) endedAt.set(id, now);
  };
  const forgetOld = (): void => {
    const oldest = addSeconds(options.clock.now(), -keepSeconds).getTime();
    for (const [id, at] of endedAt) if (at < oldest) endedAt.delete(id);
  };
  const load = async (): Promise<void> => {
    const rows = await options.query(LOAD, [addSeconds(options.clock.now(), -keepSeconds)]);
    learn(rows.map((row) => row.id as string));
    ready = true;
  };
  const tick = async (): Promise<void> => {
    ticks += 1;
    const due = ticks % LOAD_EVERY_TICKS === 0 || !options.isListening() || !ready;
    if (!due || loading) return;
    loading = true;
    try {
      forgetOld();
      await load();
    } catch (cause) {
      options.logger.warn({ err: cause }, 'the revoked sessions could not be read');
    } finally {
      loading = false;
    }
  };
  let timer: NodeJS.Timeout | undefined;

  return {
    has: (sessionId) => endedAt.has(sessionId),
    announce(sessionIds) {
      if (sessionIds.length === 0) return;
      learn(sessionIds);
      options.publish?.(sessionIds);
    },
    learn,
    load,
    isReady: () => ready,
    start() {
      timer = setInterval(() => void tick(), TICK_MILLISECONDS);
      timer.unref();
    },
    close: () => clearInterval(timer),
  };
}

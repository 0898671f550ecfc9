import type { Dependencies } from '../dependencies.js';
import type { Settings } from '../settings.js';

/** Tells whether a web origin is allowed to call the API with the user's cookie. */
export type OriginCheck = (origin: string) => boolean;

const LOOPBACK = /^https?:\/\/(?:(?:[a-z0-9-]+\.)*localhost|127\.0\.0\.1|\[::1\])(?::\d+)?$/;

/**
 * Allows the operator's list and our own addresses; outside production, if none are listed, also every page of this machine.
 */
export function createOriginCheck(settings: Settings): OriginCheck {
  const own = [settings.publicUrl, settings.appUrl]
    .filter((url) => url !== undefined)
    .map((url) => new URL(url).origin);
  const allowed = new Set([...settings.corsOrigins, ...own]);
  const loopback = settings.nodeEnv !== 'production' && settings.corsOrigins.length === 0;
  return (origin) => allowed.has(origin) || (loopback && LOOPBACK.test(origin));
}

const TELL_AGAIN_AFTER_MILLISECONDS = 60_000;
const MOST_TOLD = 10;
const LONGEST_ORIGIN = 200;

/** Logs each rejected origin once a minute: its pages see nothing but a failed request. */
export function tellForeignOrigins(isAllowed: OriginCheck, { clock, logger }: Dependencies): OriginCheck {
  const told = new Set<string>();
  let since = 0;
  return (origin) => {
    if (isAllowed(origin)) return true;
    const now = clock.now().getTime();
    if (now - since >= TELL_AGAIN_AFTER_MILLISECONDS) {
      told.clear();
      since = now;
    }
    if (told.size < MOST_TOLD && !told.has(origin)) {
      told.add(origin);
      const shown = origin.slice(0, LONGEST_ORIGIN);
      logger.warn(
        { origin: shown, setting: 'CORS_ORIGINS' },
        'a request from an origin that is not allowed was rejected',
      );
    }
    return false;
  };
}

import type { Dependencies } from '../dependencies.js';
import type { Settings } from '../settings.js';
import type { Listener } from './one-listener.js';

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

/** Returns what calls `tell` for each origin once a minute, and for a bounded number of origins. */
function oncePerOrigin({ clock }: Pick<Dependencies, 'clock'>, tell: (origin: string) => void) {
  const told = new Set<string>();
  let since = 0;
  return (origin: string): void => {
    const now = clock.now().getTime();
    if (now - since >= TELL_AGAIN_AFTER_MILLISECONDS) {
      told.clear();
      since = now;
    }
    if (told.size >= MOST_TOLD || told.has(origin)) return;
    told.add(origin);
    tell(origin.slice(0, LONGEST_ORIGIN));
  };
}

/** Logs each rejected origin, with the setting that allows it: its pages see nothing but a failed request. */
export function tellForeignOrigins(isAllowed: OriginCheck, dependencies: Dependencies): OriginCheck {
  const { logger, settings } = dependencies;
  const warn = oncePerOrigin(dependencies, (origin) => {
    const toAllow = `CORS_ORIGINS=${[...settings.corsOrigins, origin].join(',')}`;
    logger.warn(
      { origin, setting: 'CORS_ORIGINS', toAllow },
      'a request from an origin that is not allowed was rejected',
    );
  });
  return (origin) => {
    if (isAllowed(origin)) return true;
    warn(origin);
    return false;
  };
}

/**
 * Reports a refresh-token cookie that the browser does not keep, because the page is on another site and the cookie is not
 * SameSite=None. To the page, the sign-in seems to have worked.
 */
export function lostCookies(dependencies: Dependencies): Listener {
  const { logger, settings } = dependencies;
  const warn = oncePerOrigin(dependencies, (origin) =>
    logger.warn(
      { origin, setting: 'COOKIE_SAME_SITE', publicUrl: settings.publicUrl },
      'a browser does not keep the refresh-token cookie, because the page is on another site than the gateway. Use the same host name for both, such as localhost, or set COOKIE_SAME_SITE=none.',
    ),
  );
  return {
    willSendResponse({ contextValue, response: { body } }) {
      const { refreshCookie } = contextValue;
      if (!refreshCookie.isLost || body.kind !== 'single') return;
      warn(contextValue.browser.origin ?? 'unknown');
      const { singleResult } = body;
      singleResult.extensions = { ...singleResult.extensions, gatehouse: { warning: 'COOKIE_NOT_KEPT' } };
    },
  };
}

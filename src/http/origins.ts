import type { Settings } from '../settings.js';

/** Which web origins may call the API with the user's cookie. */
export type OriginCheck = (origin: string) => boolean;

const LOOPBACK = /^https?:\/\/(?:(?:[a-z0-9-]+\.)*localhost|127\.0\.0\.1|\[::1\])(?::\d+)?$/;

/** The list of the operator and our own addresses; outside production, where none are listed, every page of this machine too. */
export function createOriginCheck(settings: Settings): OriginCheck {
  const own = [settings.publicUrl, settings.appUrl]
    .filter((url) => url !== undefined)
    .map((url) => new URL(url).origin);
  const allowed = new Set([...settings.corsOrigins, ...own]);
  const loopback = settings.nodeEnv !== 'production' && settings.corsOrigins.length === 0;
  return (origin) => allowed.has(origin) || (loopback && LOOPBACK.test(origin));
}

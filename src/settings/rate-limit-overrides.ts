import { limitNames } from '../operations/limits.js';
import { nearestName } from './nearest-name.js';
import { duration, entriesOf, type Reader, reader } from './readers.js';

/** A maximum number of executions of a field within a number of seconds. */
export interface LimitWindow {
  readonly points: number;
  readonly seconds: number;
}

/** The value of RATE_LIMITS: whether limits are enabled, and windows that replace those of a `field` or `field:scope`. */
export interface RateLimitSettings {
  readonly enabled: boolean;
  /** Factor for all windows that are not overridden: 1, or more if the limits are loose. */
  readonly factor: number;
  readonly overrides: Readonly<Record<string, readonly LimitWindow[]>>;
}

const OVERRIDE = /^(?<key>_?[A-Za-z]+(?::[A-Za-z]+)?)=(?<points>[1-9]\d{0,8})\/(?<window>[^/]+)$/;
const WINDOW = duration();

/** Factor of `loose` compared with `on`, for development. */
const LOOSE_FACTOR = 20;

/** Reads `on`, `loose` or `off` (both refused in production), or overrides such as `login=25/1h,login:account=10/1h`. */
export function rateLimits(production: boolean): Reader<RateLimitSettings> {
  return reader((text, refuse) => {
    const word = text.toLowerCase();
    if (production && (word === 'off' || word === 'loose'))
      refuse(`must not be ${word} in production, because passwords could then be guessed without limit`);
    if (word === 'on' || word === 'off') return { enabled: word === 'on', factor: 1, overrides: {} };
    if (word === 'loose') return { enabled: true, factor: LOOSE_FACTOR, overrides: {} };
    return { enabled: true, factor: 1, overrides: readOverrides(text, refuse) };
  });
}

/** The reason why a limit name is rejected, with the name that was probably meant. The typed name is never repeated. */
function unknownName(key: string): string {
  const [field = '', scope] = key.split(':');
  const scopes = limitNames.filter((name) => name.startsWith(`${field}:`)).map((name) => name.slice(field.length + 1));
  if (scope !== undefined && scopes.length > 0) {
    return `has an unknown scope for ${field}: it can be ${scopes.join(' or ')}`;
  }
  const meant = nearestName(key, limitNames);
  if (meant !== undefined) return `is not the name of a limit; did you mean ${meant}?`;
  const fields = limitNames.filter((name) => !name.includes(':') || name === 'mail:address');
  return `is not the name of a limit: it can be ${fields.join(', ')}`;
}

function readOverrides(text: string, refuse: (reason: string) => void): Record<string, LimitWindow[]> {
  const overrides = new Map<string, LimitWindow[]>();
  entriesOf(text).forEach((entry, index) => {
    const { key = '', points = '', window = '' } = OVERRIDE.exec(entry)?.groups ?? {};
    const seconds = WINDOW.safeParse(window);
    // A misspelt name would leave the limit unchanged although the operator believes it was changed.
    const problem = key === '' || limitNames.includes(key) ? undefined : unknownName(key);
    if (problem !== undefined) refuse(`entry ${index + 1} ${problem}`);
    else if (!seconds.success) {
      refuse(`must be on, loose, off or overrides, and entry ${index + 1} is not in the form field=points/window`);
    } else {
      overrides.set(key, [...(overrides.get(key) ?? []), { points: Number(points), seconds: seconds.data }]);
    }
  });
  return Object.fromEntries(overrides);
}

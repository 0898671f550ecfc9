import { stat } from 'node:fs/promises';
import { type CityResponse, open, type Reader } from 'maxmind';
import type { Logger } from 'pino';
import { clientAddress } from './client-network.js';

/** The location of an IP address. A part that the database does not have is null. */
export interface Location {
  city: string | null;
  /** ISO 3166-1 alpha-2. */
  country: string | null;
}

/** Looks up IP addresses in a database that can be replaced while in use. */
export interface Locations {
  /** Never throws. Unknown parts are null. */
  locate(ipAddress: string | null): Location;
  close(): void;
}

/** A place as the database describes it: a code and names in several languages, or a plain name. */
interface Place {
  iso_code?: unknown;
  names?: { en?: unknown };
}

/** The parts of an entry that are used. Their content is not validated. */
interface Entry {
  city?: Place | string;
  country?: Place | string;
  country_code?: unknown;
}

/** Number of decoded entries in the cache. At any time, clients come from few networks. */
const KEPT_ENTRIES = 1_000;
const POLL_MILLISECONDS = 5_000;
const LONGEST_CITY = 100;
const COUNTRY = /^[A-Z]{2}$/;
const nowhere: Location = { city: null, country: null };

function cityOf({ city }: Entry): string | null {
  const name = typeof city === 'object' ? city?.names?.en : city;
  if (typeof name !== 'string') return null;
  const shown = Array.from(name.replace(/\p{Cc}+/gu, ' ').trim());
  return shown.slice(0, LONGEST_CITY).join('') || null;
}

function countryOf({ country, country_code: code }: Entry): string | null {
  const found = (typeof country === 'object' ? country?.iso_code : country) ?? code;
  return [found, code].find((text): text is string => typeof text === 'string' && COUNTRY.test(text)) ?? null;
}

async function read(path: string): Promise<Reader<CityResponse>> {
  return await open<CityResponse>(path, { cache: { max: KEPT_ENTRIES } });
}

/** Identifies the state of a file. All missing files have the same state. */
async function stateOf(path: string): Promise<string> {
  const found = await stat(path).catch(() => undefined);
  return found === undefined ? 'gone' : [found.ino, found.mtimeMs, found.size].join();
}

/** Calls `onChange` when the file's state differs from `state`. Polls, because mounted folders do not report changes. */
function watchReplacement(
  path: string,
  state: string,
  milliseconds: number,
  onChange: () => Promise<void>,
): () => void {
  let seen = state;
  let asking = false;
  const ask = async () => {
    if (asking) return;
    asking = true;
    const present = await stateOf(path);
    if (present !== seen) await onChange();
    seen = present;
    asking = false;
  };
  const timer = setInterval(() => void ask(), milliseconds);
  timer.unref();
  return () => clearInterval(timer);
}

/**
 * Opens an .mmdb file and reloads it when it is replaced. A replacement that cannot be read is logged, and the previous
 * database stays in use.
 * @throws if the file cannot be read initially.
 */
export async function openLocations(
  { path, logger }: { path: string; logger: Logger },
  pollMilliseconds = POLL_MILLISECONDS,
): Promise<Locations> {
  // Read before the file, so that a replacement in between is noticed.
  const state = await stateOf(path);
  let database = await read(path);
  let told = false;
  const replace = async () => {
    try {
      database = await read(path);
      told = false;
      logger.info({ path, built: database.metadata.buildEpoch }, 'the location database was replaced');
    } catch (cause) {
      logger.warn({ err: cause, path }, 'the new location database cannot be read; the old one stays in use');
    }
  };
  const unwatch = watchReplacement(path, state, pollMilliseconds, replace);
  return {
    locate(ipAddress) {
      const address = clientAddress(ipAddress);
      // An IPv4-only database would look up the first bits of an IPv6 address as an IPv4 address.
      if (address === null || (database.metadata.ipVersion === 4 && address.includes(':'))) return nowhere;
      try {
        const entry = database.get(address) as Entry | null;
        return entry === null ? nowhere : { city: cityOf(entry), country: countryOf(entry) };
      } catch (cause) {
        if (!told) logger.warn({ err: cause, path }, 'the location database is damaged');
        told = true;
        return nowhere;
      }
    },
    close: unwatch,
  };
}

/** Used without a database: every location is unknown. */
export const noLocations: Locations = { locate: () => nowhere, close: () => undefined };

/** Opens the operator's location database. Without a path, every location is unknown. Throws if the file cannot be read. */
export async function locationsFrom(path: string | undefined, logger: Logger): Promise<Locations> {
  if (path === undefined) return noLocations;
  return await openLocations({ path, logger }).catch((cause: unknown) => {
    const reason = cause instanceof Error && 'syscall' in cause ? (cause as NodeJS.ErrnoException).code : 'no database';
    const advice = 'Replace the file or remove the setting; for example: /var/lib/geoip/city.mmdb';
    throw new Error(`GEOIP_DATABASE ${path} cannot be read (${reason}). ${advice}`);
  });
}

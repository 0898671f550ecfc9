import { stat } from 'node:fs/promises';
import { type CityResponse, open, type Reader } from 'maxmind';
import type { Logger } from 'pino';
import { clientAddress } from './client-network.js';

/** Where an address is, as far as a database knows. */
export interface Location {
  city: string | null;
  /** ISO 3166-1 alpha-2. */
  country: string | null;
}

/** Looks addresses up in a database that may be replaced while it is read. */
export interface Locations {
  /** Never throws; what is not known is null. */
  locate(ipAddress: string | null): Location;
  close(): void;
}

/** Databases name a place by a code and a name in several languages, or by its name alone. */
interface Place {
  iso_code?: unknown;
  names?: { en?: unknown };
}

/** An entry, by the parts of it that are read; what is in them, the file alone knows. */
interface Entry {
  city?: Place | string;
  country?: Place | string;
  country_code?: unknown;
}

/** Decoded entries that are kept: visitors come from few networks at a time. */
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

/** Tells one state of a file from another; the same for every file that is not there. */
async function stateOf(path: string): Promise<string> {
  const found = await stat(path).catch(() => undefined);
  return found === undefined ? 'gone' : [found.ino, found.mtimeMs, found.size].join();
}

/** Calls back when the file is another one than `state` was; asks in intervals, as a mounted folder tells of no change by itself. */
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
 * Opens an .mmdb file and follows its replacements. A replacement that cannot be read is told in the log, and the file
 * before it stays in use.
 * @throws when the file cannot be read now.
 */
export async function openLocations(
  { path, logger }: { path: string; logger: Logger },
  pollMilliseconds = POLL_MILLISECONDS,
): Promise<Locations> {
  // Before the file is read: one that takes its place meanwhile is noticed.
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
      // A database of IPv4 addresses alone would take the first bits of a longer one for an address of its own.
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

/** Where no database is: nobody is anywhere. */
export const noLocations: Locations = { locate: () => nowhere, close: () => undefined };

import { configuredAddress } from './email-address.js';
import { isBlank } from './visible-text.js';

/** A sender in its parts, with nothing left to parse. */
export interface Sender {
  /** As people read it; empty where there is none. */
  name: string;
  /** One plain ASCII address. */
  address: string;
}

/** A name in quotes may have what is special elsewhere (RFC 5322 3.2.4). */
const QUOTED = /^"((?:[^"\\<>]|\\[^<>])*)"\s*<([^<>]+)>$/;
const PLAIN = /^([^"\\<>,;:@()]*)<([^<>]+)>$/;
/** What breaks a header, reverses what is read after it, or is an encoding already (RFC 2047). */
const UNFIT = /[\p{Cc}\u2028\u2029\u202A-\u202E\u2066-\u2069]|=\?[^?\s]+\?[bq]\?/iu;

/** Reads one sender, bare or with a display name; undefined where it is none, or more than one. */
export function readSender(text: string): Sender | undefined {
  const trimmed = text.trim();
  if (UNFIT.test(text) || !text.isWellFormed()) return undefined;
  const quoted = QUOTED.exec(trimmed);
  const [, name = '', written = trimmed] = quoted ?? PLAIN.exec(trimmed) ?? [];
  const address = configuredAddress(written);
  const shown = (quoted === null ? name : name.replace(/\\(.)/gu, '$1')).trim();
  return address === undefined ? undefined : { name: isBlank(shown) ? '' : shown, address };
}

import { configuredAddress } from './email-address.js';
import { isBlank } from './visible-text.js';

/** A parsed sender. */
export interface Sender {
  /** The display name, or an empty string if there is none. */
  name: string;
  /** One plain ASCII address. */
  address: string;
}

/** A quoted name can contain characters that are special elsewhere (RFC 5322 3.2.4). */
const QUOTED = /^"((?:[^"\\<>]|\\[^<>])*)"\s*<([^<>]+)>$/;
const PLAIN = /^([^"\\<>,;:@()]*)<([^<>]+)>$/;
/** Characters that break a header or reverse the text after them, and encoded words (RFC 2047). */
const UNFIT = /[\p{Cc}\u2028\u2029\u202A-\u202E\u2066-\u2069]|=\?[^?\s]+\?[bq]\?/iu;

/** Parses one sender with or without a display name. Returns undefined if the text is not exactly one sender. */
export function readSender(text: string): Sender | undefined {
  const trimmed = text.trim();
  if (UNFIT.test(text) || !text.isWellFormed()) return undefined;
  const quoted = QUOTED.exec(trimmed);
  const [, name = '', written = trimmed] = quoted ?? PLAIN.exec(trimmed) ?? [];
  const address = configuredAddress(written);
  const shown = (quoted === null ? name : name.replace(/\\(.)/gu, '$1')).trim();
  return address === undefined ? undefined : { name: isBlank(shown) ? '' : shown, address };
}

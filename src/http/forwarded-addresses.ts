import type { IncomingHttpHeaders } from 'node:http';

/** Headers in which proxies name the client. */
export const FORWARDED_HEADERS = ['x-forwarded-for', 'forwarded'] as const;

/** The header that is read. */
export type ForwardedHeader = (typeof FORWARDED_HEADERS)[number];

/** One `name=value` pair of a `Forwarded` element; the value may contain characters that RFC 7239 requires to be quoted. */
const PAIR = /^([\w!#$%&'*+.^`|~-]+)\s*=\s*(?:"((?:[^"\\]|\\.)*)"|([^\s"]*))$/;

/** The value of `for` in one `Forwarded` element; empty if there is none, or more than one. */
function forOf(element: string): string {
  const texts = element.split(';').map((pair) => pair.trim());
  const pairs = texts.filter((text) => text !== '').map((text) => PAIR.exec(text));
  if (pairs.includes(null)) return '';
  const [only, ...others] = pairs.filter((pair) => pair?.[1]?.toLowerCase() === 'for');
  return others.length > 0 ? '' : (only?.[2]?.replace(/\\(.)/g, '$1') ?? only?.[3] ?? '');
}

/**
 * The addresses that proxies added, the nearest first. The text is split at every comma, quoted or not, so that a quotation
 * mark that a client leaves open cannot hide what a proxy has added after it.
 */
export function forwardedAddresses(headers: IncomingHttpHeaders, name: ForwardedHeader): string[] {
  const text = headers[name];
  if (text === undefined) return [];
  const elements = String(text).split(',').reverse();
  return name === 'forwarded' ? elements.map(forOf) : elements;
}

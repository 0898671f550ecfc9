import type { IncomingHttpHeaders } from 'node:http';

/** Headers in which proxies name the client. */
export const FORWARDED_HEADERS = ['x-forwarded-for', 'forwarded'] as const;

/** The one of them that is read. */
export type ForwardedHeader = (typeof FORWARDED_HEADERS)[number];

/** One `name=value` of an element of `Forwarded`; the value may have signs that RFC 7239 wants in quotes. */
const PAIR = /^([\w!#$%&'*+.^`|~-]+)\s*=\s*(?:"((?:[^"\\]|\\.)*)"|([^\s"]*))$/;

/** The value of `for` in one element of `Forwarded`; empty where there is none, or not just one. */
function forOf(element: string): string {
  const texts = element.split(';').map((pair) => pair.trim());
  const pairs = texts.filter((text) => text !== '').map((text) => PAIR.exec(text));
  if (pairs.includes(null)) return '';
  const [only, ...others] = pairs.filter((pair) => pair?.[1]?.toLowerCase() === 'for');
  return others.length > 0 ? '' : (only?.[2]?.replace(/\\(.)/g, '$1') ?? only?.[3] ?? '');
}

/**
 * What the proxies wrote as addresses, the nearest first. The text is cut at every comma, quoted or not: a quotation mark that a
 * client leaves open can then not hide what a proxy has added behind it.
 */
export function forwardedAddresses(headers: IncomingHttpHeaders, name: ForwardedHeader): string[] {
  const text = headers[name];
  if (text === undefined) return [];
  const elements = String(text).split(',').reverse();
  return name === 'forwarded' ? elements.map(forOf) : elements;
}

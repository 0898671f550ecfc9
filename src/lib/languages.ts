import Negotiator from 'negotiator';

/** The languages that mails and pages are written in; the first one stands in for every other. */
export const locales: readonly string[] = ['en', 'de'];

/** The language to write in for a BCP 47 tag: the tag's own, its base language, or English. */
export function localeFor(tag: string | null | undefined): string {
  const wanted = (tag ?? '').toLowerCase().replaceAll('_', '-');
  const base = wanted.split('-')[0] ?? '';
  return [wanted, base].find((candidate) => locales.includes(candidate)) ?? 'en';
}

/** The language that a browser asks for by `Accept-Language`, or English. */
export function acceptedLocale(header: string | undefined): string {
  const wanted = new Negotiator({ headers: { 'accept-language': header } }).languages();
  const known = wanted.find((tag) => locales.includes(tag.toLowerCase().split('-')[0] ?? ''));
  return localeFor(known);
}

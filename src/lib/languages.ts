import Negotiator from 'negotiator';

/** The languages of emails and pages. The first one is the default. */
export const locales: readonly string[] = ['en', 'de'];

/** The supported language for a BCP 47 tag: the tag itself, its base language, or English. */
export function localeFor(tag: string | null | undefined): string {
  const wanted = (tag ?? '').toLowerCase().replaceAll('_', '-');
  const base = wanted.split('-')[0] ?? '';
  return [wanted, base].find((candidate) => locales.includes(candidate)) ?? 'en';
}

/** The supported language that a browser prefers according to `Accept-Language`, or English. */
export function acceptedLocale(header: string | undefined): string {
  const wanted = new Negotiator({ headers: { 'accept-language': header } }).languages();
  const known = wanted.find((tag) => locales.includes(tag.toLowerCase().split('-')[0] ?? ''));
  return localeFor(known);
}

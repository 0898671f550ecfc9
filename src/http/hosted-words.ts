import { readFileSync } from 'node:fs';
import { locales } from '../lib/languages.js';
import { pageFile } from './page-files.js';

/** Texts by name, in groups. */
interface Words {
  readonly [name: string]: string | Words;
}

/** All texts of the hosted pages, by language. */
export const hostedWords: ReadonlyMap<string, Words> = new Map(
  locales.map((locale) => [locale, JSON.parse(readFileSync(pageFile(`hosted/words/${locale}.json`), 'utf8')) as Words]),
);

/** The texts of one group in a language, without nested groups. */
export function textsOf(locale: string, group: string): Record<string, string> {
  const found = hostedWords.get(locale)?.[group] ?? {};
  const texts = Object.entries(found).filter((entry): entry is [string, string] => typeof entry[1] === 'string');
  return Object.fromEntries(texts);
}

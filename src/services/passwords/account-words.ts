import { domainToUnicode } from 'node:url';
import { backwards, mayStandFor } from './look-alikes.js';

/** Letters that Unicode does not decompose, and their usual transliterations. */
const TRANSLITERATED: Readonly<Record<string, string>> = {
  ß: 'ss',
  æ: 'ae',
  œ: 'oe',
  ø: 'o',
  ł: 'l',
  đ: 'd',
  ð: 'd',
  þ: 'th',
  ı: 'i',
};
/** Digraphs written for ä, ö, ü, å and ø, and for ß. */
const DIGRAPHS = /ae|oe|ue|aa|ss/g;

const PRODUCT = 'gatehouse';
/** A shorter word says little, and too many good passwords contain it. */
const SHORTEST_WORD = 4;
/** Beside such a word, one of this length counts too. On its own it says nothing, as `com` does. */
const SHORTEST_PART = 3;
/** A password with this few letters beside the word counts as the word. */
const LETTERS_BESIDE_WORD = 3;
/**
 * A word whose other letters are replaced by symbols has at least this many letters: otherwise any number of four
 * digits would be a word.
 */
const FEWEST_LETTERS = 2;
/** A number of this many digits is a word, because people sign up by telephone number and by date of birth. */
const SHORTEST_NUMBER = 6;
/** Words that stand for the symbols of an address, or precede it. */
const AROUND_ADDRESSES = /(?<!\p{L})(?:mailto|https?|www|at|dot)(?!\p{L})/gu;

/** Account data that the password must not be made of. */
export interface AccountWords {
  email: string;
  username?: string | null;
  displayName?: string | null;
}

/** Returns the text in lower case, without accents and in normal width, as an attacker tries it. */
function plain(text: string): string {
  return text.normalize('NFKD').toLowerCase().replace(/\p{M}/gu, '');
}

function lettersOf(text: string): string {
  return plain(text).replace(/\P{L}/gu, '');
}

function digitsOf(text: string): string {
  return plain(text).replace(/\P{Nd}/gu, '');
}

/**
 * Reduces the letters to one spelling of a name: `Müller`, `Mueller` and `Muller` become equal, as do `Åse` and `Aase`.
 */
function oneSpelling(letters: string): string {
  return letters
    .replace(/[ßæœøłđðþı]/g, (letter) => TRANSLITERATED[letter] ?? letter)
    .replace(DIGRAPHS, ([first = '']) => first);
}

/**
 * Returns what an attacker who knows the account tries first: the product, the account's names, its address, and the
 * parts of the address.
 */
export function wordsOf({ email, username, displayName }: AccountWords): string[] {
  const [localPart = '', domain = ''] = email.split('@');
  // The domain is stored in ASCII, but the owner types and knows it in Unicode.
  const typedDomain = domainToUnicode(domain) || domain;
  const names = [localPart, username ?? '', displayName ?? ''];
  return [
    PRODUCT,
    email,
    domain,
    `${localPart}@${typedDomain}`,
    `${localPart} at ${typedDomain}`.replaceAll('.', ' dot '),
    typedDomain,
    ...names,
    ...domain.split('.'),
    ...typedDomain.split('.'),
    ...[...names, typedDomain].flatMap((name) => name.split(/[^\p{L}\p{M}]+/u)),
  ];
}

/**
 * Returns the end of the word if the text has it at `start`, with symbols in place of letters or between them;
 * undefined otherwise.
 */
function endOf(word: string, text: string, start: number): number | undefined {
  let [matched, letters] = [0, 0];
  for (let at = start; at < text.length; at += 1) {
    const [sign, next] = [text.charAt(at), word.charAt(matched)];
    if (sign === next) letters += 1;
    if (sign === next || mayStandFor(sign, next)) matched += 1;
    else if (at === start || /\p{L}/u.test(sign)) return undefined;
    if (matched === word.length) return letters < FEWEST_LETTERS ? undefined : at + 1;
  }
  return undefined;
}

function withoutWord(text: string, word: string): string {
  let left = '';
  for (let start = 0; start < text.length; ) {
    const end = endOf(word, text, start);
    left += end === undefined ? text.charAt(start) : ' ';
    start = end ?? start + 1;
  }
  return left;
}

/**
 * Returns whether the text consists of words of the account and a few other letters. `isNamed` is true if a number of
 * the account was found already.
 */
function isMadeOf(words: readonly string[], text: string, isNamed: boolean): boolean {
  const bothWays = new Set(words.flatMap((word) => [word, backwards(word)]));
  const longestFirst = [...bothWays]
    .filter((word) => word.length >= SHORTEST_PART && word.length <= text.length)
    .sort((one, other) => other.length - one.length);
  let [left, named] = [text, isNamed];
  for (const word of longestFirst) {
    const before = left;
    left = withoutWord(left, word);
    named ||= left !== before && word.length >= SHORTEST_WORD;
  }
  return named && lettersOf(left).length <= LETTERS_BESIDE_WORD;
}

/** Returns whether the digits contain a number from the account's data. */
function hasNumberOf(words: readonly string[], digits: string): boolean {
  return words
    .map(digitsOf)
    .filter((number) => number.length >= SHORTEST_NUMBER)
    .some((number) => digits.includes(number) || digits.includes(backwards(number)));
}

/** Returns whether the password consists of words of the account, in any spelling, apart from a few letters. */
export function resemblesAccount(password: string, account: AccountWords): boolean {
  const accountWords = wordsOf(account);
  const words = accountWords.map(lettersOf);
  const text = plain(password).replace(AROUND_ADDRESSES, ' ');
  const isNamed = hasNumberOf(accountWords, digitsOf(password));
  const readings = new Set([lettersOf(password), lettersOf(text), text]);
  return [...readings].some(
    (reading) => isMadeOf(words, reading, isNamed) || isMadeOf(words.map(oneSpelling), oneSpelling(reading), isNamed),
  );
}

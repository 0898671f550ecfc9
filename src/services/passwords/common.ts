import { withoutRuns } from '../../lib/keyboard-runs.js';
import { isListed } from './common-list.js';
import { isJoined } from './joined-words.js';
import { backwards, withLetters } from './look-alikes.js';

const SHORTEST_SEQUENCE = 3;
/** A password must have at least this many characters beside its sequences. */
const SHORTEST_REMAINDER = 4;
const SHORTEST_WORD = 4;
/** A word with symbols between its letters has at least this many letters. */
const SHORTEST_SPELT = 6;
/** With digits between its letters it has more, because many random passwords contain a word of six letters. */
const SHORTEST_SPELT_WITH_DIGITS = 8;
/** Lower case, upper case, or one capital and lower case. A run of three that is written otherwise is chance. */
const WRITTEN_AS_WORD = /^(?:\P{Lu}+|\P{Ll}+|\p{Lu}\P{Lu}+)$/u;
/** No list has anything longer, and a very long text must not be read in every way. */
const LONGEST_LISTED = 64;
/** A common password with this few symbols around it is still common. */
const SIGNS_AROUND_WORD = 5;
/** Symbols kept at an end of a word, because they may stand for letters of it. */
const SIGNS_KEPT = 3;
const MARKS = /\p{M}/gu;
const NO_LETTERS = /[^\p{L}]/gu;

function withoutAccents(text: string): string {
  return text.normalize('NFD').replace(MARKS, '').normalize('NFC');
}

const DIGITS_AROUND_WORDS = 5;

/** A repetition of this few characters is no stronger than they are. */
const SHORT_UNIT = 4;
const REPEATED = /^(.{3,}?)\1+$/su;

/** Returns the part of which the text is only a repetition. */
function unitOf(text: string): string | undefined {
  return REPEATED.exec(text)?.[1];
}

function isShortRepetition(letters: string): boolean {
  const unit = unitOf(letters);
  return unit !== undefined && unit.length <= SHORT_UNIT && letters.length / unit.length > 2;
}

const YEAR = /(?:19|20)\d\d/g;

/**
 * Returns how much the symbols around a word add to it. A year or a run such as `12345` is tried as soon as one symbol.
 */
function weightOf(signs: string): number {
  const withoutYears = signs.replace(YEAR, '1');
  return Math.min(withoutYears.length, withoutRuns(withoutYears, SHORTEST_SEQUENCE).length + 1);
}

/**
 * Returns the ways to cut the symbols at an end of a text. Up to `SIGNS_KEPT` of them next to the letters are kept, as
 * they may stand for letters.
 */
function cutsOf(signs: string): { kept: number; weight: number }[] {
  const most = Math.min(signs.length, SIGNS_KEPT);
  return Array.from({ length: most + 1 }, (_, kept) => ({ kept, weight: weightOf(signs.slice(kept)) }));
}

/** Returns the text without most of the symbols at its ends, in every likely way. */
function coresOf(text: string): string[] {
  const [before = ''] = /^[^\p{L}]*/u.exec(text) ?? [];
  const [after = ''] = /[^\p{L}]*$/u.exec(text) ?? [];
  if (before === text) return [];
  return cutsOf(backwards(before)).flatMap((start) =>
    cutsOf(after)
      .filter((end) => start.weight + end.weight <= SIGNS_AROUND_WORD)
      .map((end) => text.slice(before.length - start.kept, text.length - after.length + end.kept)),
  );
}

function shortestSpelt(reading: string): number {
  return /\p{Nd}/u.test(reading) ? SHORTEST_SPELT_WITH_DIGITS : SHORTEST_SPELT;
}

/**
 * Returns the words that a password may be made of: without symbols around or between its letters, and with symbols
 * read as letters.
 */
function wordsIn(text: string): string[] {
  const bare = [text, ...coresOf(text)];
  const readings = bare.flatMap((core) => [core, ...withLetters(core)]);
  const lettersOnly = readings
    .map((reading) => ({ reading, letters: reading.replace(NO_LETTERS, '') }))
    .filter(({ reading, letters }) => letters.length >= shortestSpelt(reading))
    .filter(({ reading, letters }) => reading.length - letters.length <= SIGNS_AROUND_WORD)
    .map(({ letters }) => letters);
  const words = [...readings, ...lettersOnly].filter((word) => word.length >= SHORTEST_WORD);
  return [text, ...words.flatMap((word) => [word, unitOf(word) ?? word, backwards(word)])];
}

/**
 * Returns the letters of a text with and without accents, and with and without symbols read as letters. Years are not
 * read as letters.
 */
function lettersIn(text: string): string[] {
  const core = text.replace(YEAR, '-').replace(/^[^\p{L}]+|[^\p{L}]+$/gu, '');
  const readings = [text, ...withLetters(core)].map((reading) => reading.replace(NO_LETTERS, ''));
  return [...new Set([...readings, ...readings.map(withoutAccents)])];
}

/** Returns whether the letters repeat one common word. */
function isCommonRepetition(letters: string): boolean {
  const unit = unitOf(letters);
  return unit !== undefined && unit.length >= SHORTEST_WORD && isListed(unit);
}

/** Returns whether little is left beside runs of keys and of the alphabet. */
function isSequence(password: string, text: string): boolean {
  const counts = (start: number, length: number) =>
    length > SHORTEST_SEQUENCE || WRITTEN_AS_WORD.test(password.slice(start, start + length));
  const left = withoutRuns(text, SHORTEST_SEQUENCE, counts);
  return text.length >= SHORTEST_REMAINDER && left.length < SHORTEST_REMAINDER;
}

/**
 * Returns whether many people have this password (ASVS 6.2.4), with what they add to satisfy a composition rule.
 * `P@ssw0rd`, `Admin@123`, `April-2026-April` and `Aa@123456789` are as common as what they are made of.
 */
export function isCommonPassword(password: string): boolean {
  // Full-width and mathematical letters are typed in place of plain ones.
  const compatible = password.normalize('NFKC');
  const text = compatible.toLowerCase();
  if (isSequence(compatible, text)) return true;
  const digits = text.replace(YEAR, '1').replace(/\P{Nd}/gu, '').length;
  const isPlain = (letters: string) =>
    isShortRepetition(letters) || isJoined(unitOf(letters) ?? letters) || isCommonRepetition(letters);
  if (digits <= DIGITS_AROUND_WORDS && lettersIn(text).some(isPlain)) return true;
  const words = new Set(text.length > LONGEST_LISTED ? [unitOf(text) ?? text] : wordsIn(text));
  return [...words, ...[...words].map(withoutAccents)].some(isListed);
}

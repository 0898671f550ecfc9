import { withoutRuns } from '../../lib/keyboard-runs.js';
import { isListed } from './common-list.js';
import { isJoined } from './joined-words.js';
import { backwards, withLetters } from './look-alikes.js';

const SHORTEST_SEQUENCE = 3;
/** What is left beside sequences must be at least this long. */
const SHORTEST_REMAINDER = 4;
const SHORTEST_WORD = 4;
/** What is spelt with signs between its letters has at least so many of them. */
const SHORTEST_SPELT = 6;
/** With digits between them more: of six letters many a random password has a word. */
const SHORTEST_SPELT_WITH_DIGITS = 8;
/** Small letters, capitals, or a capital and small ones: a run of three that is written otherwise is chance. */
const WRITTEN_AS_WORD = /^(?:\P{Lu}+|\P{Ll}+|\p{Lu}\P{Lu}+)$/u;
/** No list has anything longer, and a megabyte of signs is not to be read in every way. */
const LONGEST_LISTED = 64;
/** With this few signs around it, a common password is still one. */
const SIGNS_AROUND_WORD = 5;
/** Signs at an end of a word that may stand for letters of it. */
const SIGNS_KEPT = 3;
const MARKS = /\p{M}/gu;
const NO_LETTERS = /[^\p{L}]/gu;

function withoutAccents(text: string): string {
  return text.normalize('NFD').replace(MARKS, '').normalize('NFC');
}

const DIGITS_AROUND_WORDS = 5;

/** A repetition of so few signs is no more than they are, whatever they are. */
const SHORT_UNIT = 4;
const REPEATED = /^(.{3,}?)\1+$/su;

/** The part that the text is only a repetition of. */
function unitOf(text: string): string | undefined {
  return REPEATED.exec(text)?.[1];
}

function isShortRepetition(letters: string): boolean {
  const unit = unitOf(letters);
  return unit !== undefined && unit.length <= SHORT_UNIT && letters.length / unit.length > 2;
}

const YEAR = /(?:19|20)\d\d/g;

/** How much the signs around a word add to it: a year or a run such as `12345` is tried as soon as one sign. */
function weightOf(signs: string): number {
  const withoutYears = signs.replace(YEAR, '1');
  return Math.min(withoutYears.length, withoutRuns(withoutYears, SHORTEST_SEQUENCE).length + 1);
}

/** What stays at an end of a text whose signs there are cut off, but for the few next to the letters that may stand for some. */
function cutsOf(signs: string): { kept: number; weight: number }[] {
  const most = Math.min(signs.length, SIGNS_KEPT);
  return Array.from({ length: most + 1 }, (_, kept) => ({ kept, weight: weightOf(signs.slice(kept)) }));
}

/** The text without most of the signs at its ends, in every likely way. */
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

/** The words that a password may be made of: without what stands around or between its letters, and as its signs are read. */
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

/** The letters of a text, without and with accents, as they are and as signs stand for them, and without years between. */
function lettersIn(text: string): string[] {
  const core = text.replace(YEAR, '-').replace(/^[^\p{L}]+|[^\p{L}]+$/gu, '');
  const readings = [text, ...withLetters(core)].map((reading) => reading.replace(NO_LETTERS, ''));
  return [...new Set([...readings, ...readings.map(withoutAccents)])];
}

/** Whether the letters repeat one common word, whatever stands between and around. */
function isCommonRepetition(letters: string): boolean {
  const unit = unitOf(letters);
  return unit !== undefined && unit.length >= SHORTEST_WORD && isListed(unit);
}

/** Whether little is left beside runs of keys and of the alphabet. */
function isSequence(password: string, text: string): boolean {
  const counts = (start: number, length: number) =>
    length > SHORTEST_SEQUENCE || WRITTEN_AS_WORD.test(password.slice(start, start + length));
  const left = withoutRuns(text, SHORTEST_SEQUENCE, counts);
  return text.length >= SHORTEST_REMAINDER && left.length < SHORTEST_REMAINDER;
}

/**
 * Whether many people have this password (ASVS 6.2.4), with what they add to please a composition rule: `P@ssw0rd`,
 * `Admin@123`, `April-2026-April` and `Aa@123456789` are as common as what they are made of.
 */
export function isCommonPassword(password: string): boolean {
  // Full-width and mathematical letters are typed for plain ones.
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

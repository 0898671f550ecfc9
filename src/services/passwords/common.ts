import { dictionary } from '@zxcvbn-ts/language-common';
import { withoutRuns } from '../../lib/keyboard-runs.js';

const commonPasswords = new Set<string>((dictionary['passwords-common'] ?? []).map(String));

const writtenFor: Record<string, string> = {
  '@': 'a',
  '4': 'a',
  '3': 'e',
  '1': 'i',
  '!': 'i',
  '0': 'o',
  $: 's',
  '5': 's',
};
const SHORTEST_SEQUENCE = 3;
/** What is left beside sequences must be at least this long. */
const SHORTEST_REMAINDER = 4;
const SHORTEST_WORD = 4;
/** With this few signs around it, a common password is still one. */
const SIGNS_AROUND_WORD = 5;

function withLetters(text: string): string {
  return text.replace(/[@4310$5!]/g, (sign) => writtenFor[sign] ?? sign);
}

/** Ranked from the most common; what is joined of two or three of the first is as common as they are. */
const MOST_COMMON = 300;
const WORDS_OF_ACCOUNTS =
  'access account admin administrator changeme default guest hello letmein login logon master passphrase password passwort ' +
  'qwerty root secret secure signin signup strong super system temp test user username welcome';
const FILLERS = new Set(
  'a am an and be for have i in is it me mine my new not of on our please so that the this to very we you your'.split(
    ' ',
  ),
);
const joinable = new Set<string>([
  ...WORDS_OF_ACCOUNTS.split(' '),
  ...[...commonPasswords].slice(0, MOST_COMMON).filter((word) => /^[a-z]{4,}$/.test(word)),
]);
const LONGEST_JOINABLE = Math.max(...[...joinable].map((word) => word.length));
const MOST_JOINED = 3;
const DIGITS_AROUND_WORDS = 5;

/** Whether the letters are at most three different common words, as often as may be, with little words between them. */
function isJoined(letters: string): boolean {
  const ways: (ReadonlySet<string> | undefined)[] = [new Set()];
  for (let end = 1; end <= letters.length; end += 1) {
    for (let start = Math.max(0, end - LONGEST_JOINABLE); start < end; start += 1) {
      const word = letters.slice(start, end);
      const before = ways[start];
      if (before === undefined || !(FILLERS.has(word) || joinable.has(word))) continue;
      const words = FILLERS.has(word) ? before : new Set([...before, word]);
      if (words.size < (ways[end]?.size ?? MOST_JOINED + 1)) ways[end] = words;
    }
  }
  return (ways[letters.length]?.size ?? 0) > 0;
}

/**
 * Whether many people have this password (ASVS 6.2.4), with what they add to please a composition rule: `P@ssw0rd`,
 * `Admin@123` and `Aa@123456789` are as common as what they are made of.
 */
export function isCommonPassword(password: string): boolean {
  const text = password.toLowerCase();
  const core = text.replace(/^[^\p{L}]+|[^\p{L}]+$/gu, '');
  const letters = text.replace(/[^\p{L}]/gu, '');
  const words = [core, withLetters(core), letters].filter(
    (word) => word.length >= SHORTEST_WORD && text.length - word.length <= SIGNS_AROUND_WORD,
  );
  const isSequence =
    text.length >= SHORTEST_REMAINDER && withoutRuns(text, SHORTEST_SEQUENCE).length < SHORTEST_REMAINDER;
  const digits = text.replace(/\P{Nd}/gu, '').length;
  const joined = [letters, withLetters(core).replace(/[^\p{L}]/gu, '')];
  if (digits <= DIGITS_AROUND_WORDS && joined.some(isJoined)) return true;
  return isSequence || [text, withLetters(text), ...words].some((one) => commonPasswords.has(one));
}

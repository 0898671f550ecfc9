import { dictionary } from '@zxcvbn-ts/language-common';

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
const sequences = ['0123456789', '9876543210', 'abcdefghijklmnopqrstuvwxyz', 'qwertyuiop', 'asdfghjkl', 'zxcvbnm'];
const SHORTEST_SEQUENCE = 3;
/** What is left beside sequences must be at least this long. */
const SHORTEST_REMAINDER = 4;
const SHORTEST_WORD = 4;
/** With this few signs around it, a common password is still one. */
const SIGNS_AROUND_WORD = 5;

function withLetters(text: string): string {
  return text.replace(/[@4310$5!]/g, (sign) => writtenFor[sign] ?? sign);
}

/** The longest run from `start` that every keyboard or alphabet has, or that repeats one sign. */
function sequenceAt(text: string, start: number): number {
  const repeated = /^(.)\1*/su.exec(text.slice(start))?.[0].length ?? 0;
  const lengths = sequences.map((sequence) => {
    const from = sequence.indexOf(text[start] ?? '');
    let length = 0;
    while (from >= 0 && start + length < text.length && sequence[from + length] === text[start + length]) length += 1;
    return length;
  });
  return Math.max(repeated, ...lengths);
}

function withoutSequences(text: string): string {
  let left = '';
  for (let start = 0; start < text.length; ) {
    const length = sequenceAt(text, start);
    if (length < SHORTEST_SEQUENCE) left += text[start];
    start += length < SHORTEST_SEQUENCE ? 1 : length;
  }
  return left;
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
  const isSequence = text.length >= SHORTEST_REMAINDER && withoutSequences(text).length < SHORTEST_REMAINDER;
  return isSequence || [text, withLetters(text), ...words].some((one) => commonPasswords.has(one));
}

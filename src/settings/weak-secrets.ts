import { withoutRuns } from '../lib/keyboard-runs.js';
import { type Reader, reader } from './readers.js';

/** The secrets shown in the generated documentation: long enough to try the gateway with, refused in production. */
export const SAMPLE_SECRETS = {
  current: 'replace-with-the-output-of-openssl-rand-base64-48',
  previous: 'replace-with-the-secret-key-used-before-this-one',
  router: 'replace-with-a-second-output-of-openssl-rand-base64-48',
  metrics: 'replace-with-a-third-output-of-openssl-rand-base64-48',
} as const;

// Words that sample secrets are put together from; what is left without them has to be long enough by itself.
const SAMPLE_WORDS =
  '123456 1234567890 128 256 512 admin and api application atleast auth authentication base64 before bit bits ' +
  'cat change character characters chars default demo dev development example for gatehouse gateway graphql ' +
  'hello hmac insecure jwt key keyboard letmein local long minimum must my not now one openssl output pass ' +
  'passphrase password phrase placeholder please private prod production qwerty qwertyuiop rand random replace ' +
  'router sample secret secure server session shared should signing some staging string super test testing the ' +
  'this token top unsafe update used value very with world your';
// Longest first, so that `key` does not break up `keyboard`.
const LONGEST_FIRST = SAMPLE_WORDS.split(' ').sort((left, right) => right.length - left.length);
const SAMPLE_WORD = new RegExp(LONGEST_FIRST.join('|'), 'g');
const LEAST_OWN_CHARACTERS = 16;
/** Of 32 random hexadecimal digits, one in thirty million has fewer. */
const LEAST_DISTINCT_CHARACTERS = 8;
const SHORTEST_RUN = 4;
const PIECE = 4;
/** Pieces of four characters hardly ever come twice in a random secret. */
const LEAST_SHARE_OF_NEW_PIECES = 0.7;

/**
 * Reads a secret of at least so many characters; with `strict` also refuses what can be guessed.
 * No reason ever quotes the secret.
 */
export function secret(least: number, strict: boolean): Reader<string> {
  return reader((text, refuse) => {
    const weakness = strict ? weaknessOf(text) : undefined;
    if (weakness !== undefined) refuse(weakness);
    else if (text.length < least) refuse(`must be at least ${least} characters long`);
    return text;
  });
}

/** Says why a secret can be guessed, without quoting it; undefined when nothing speaks against it. */
export function weaknessOf(text: string): string | undefined {
  if (Object.values(SAMPLE_SECRETS).some((sample) => sample === text)) return 'is a well-known sample secret';
  const letters = text
    .normalize('NFKC')
    .toLowerCase()
    .replace(/[^\p{L}\p{N}]/gu, '');
  const own = letters.replace(SAMPLE_WORD, '');
  if (own !== letters && own.length < LEAST_OWN_CHARACTERS) return 'is a well-known sample secret';
  if (isRepeated(text) || isRepeated(letters) || repeatsPhrases(letters)) return 'repeats itself';
  if (new Set(text).size < LEAST_DISTINCT_CHARACTERS) {
    return `has fewer than ${LEAST_DISTINCT_CHARACTERS} different characters`;
  }
  const outsideOfRuns = withoutRuns(letters, SHORTEST_RUN);
  const isRuns = outsideOfRuns !== letters && outsideOfRuns.length < LEAST_OWN_CHARACTERS;
  return isRuns || isSequence(letters) ? 'is a sequence of neighbouring characters' : undefined;
}

/** Whether the text is one shorter part over and over, the last one perhaps cut short. */
function isRepeated(text: string): boolean {
  // A text that is shifted by its period equals itself.
  const longest = Math.floor(text.length / 2);
  return Array.from({ length: longest }, (_, index) => index + 1).some((period) => text.startsWith(text.slice(period)));
}

/** Whether much of the text comes again: a phrase that is repeated, with a counter or another sign between. */
function repeatsPhrases(text: string): boolean {
  const pieces = Array.from({ length: Math.max(0, text.length - PIECE + 1) }, (_, at) => text.slice(at, at + PIECE));
  return new Set(pieces).size < pieces.length * LEAST_SHARE_OF_NEW_PIECES;
}

/** Whether more than two thirds of the characters follow from the one before: the same, the next or the last in the alphabet. */
function isSequence(text: string): boolean {
  const steps = Array.from(text, (character, index) => character.charCodeAt(0) - text.charCodeAt(index - 1)).slice(1);
  return steps.filter((step) => Math.abs(step) <= 1).length > (steps.length * 2) / 3;
}

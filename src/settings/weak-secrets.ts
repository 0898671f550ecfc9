import { withoutRuns } from '../lib/keyboard-runs.js';
import { type Reader, reader } from './readers.js';

/** The secrets in the generated documentation: long enough to try out the gateway, rejected in production. */
export const SAMPLE_SECRETS = {
  current: 'replace-with-the-output-of-openssl-rand-base64-48',
  previous: 'replace-with-the-secret-key-used-before-this-one',
  router: 'replace-with-a-second-output-of-openssl-rand-base64-48',
  metrics: 'replace-with-a-third-output-of-openssl-rand-base64-48',
} as const;

// Words that sample secrets consist of. What remains without them must be long enough by itself.
const SAMPLE_WORDS =
  '123456 1234567890 128 256 512 admin and api application atleast auth authentication base64 before bit bits ' +
  'cat change character characters chars default demo dev development example for gatehouse gateway graphql ' +
  'hello hmac insecure jwt key keyboard letmein local long minimum must my not now one openssl output pass ' +
  'passphrase password phrase placeholder please private prod production qwerty qwertyuiop rand random replace ' +
  'router sample secret secure server session shared should signing some staging string super test testing the ' +
  'this token top unsafe update used value very with world your';
// Longest first, so that `key` does not match inside `keyboard`.
const LONGEST_FIRST = SAMPLE_WORDS.split(' ').sort((left, right) => right.length - left.length);
const SAMPLE_WORD = new RegExp(LONGEST_FIRST.join('|'), 'g');
const LEAST_OWN_CHARACTERS = 16;
/** One in thirty million strings of 32 random hexadecimal digits has fewer. */
const LEAST_DISTINCT_CHARACTERS = 8;
const SHORTEST_RUN = 4;
const PIECE = 4;
/** Pieces of four characters hardly ever occur twice in a random secret. */
const LEAST_SHARE_OF_NEW_PIECES = 0.7;

/**
 * Reads a secret of at least `least` characters. With `strict`, guessable secrets are rejected too. Reasons never quote the
 * secret.
 */
export function secret(least: number, strict: boolean): Reader<string> {
  return reader((text, refuse) => {
    const weakness = strict ? weaknessOf(text) : undefined;
    if (weakness !== undefined) refuse(weakness);
    else if (text.length < least) refuse(`must be at least ${least} characters long`);
    return text;
  });
}

/** The reason why a secret is guessable, without quoting it. Undefined if no weakness was found. */
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

/** Returns true if the text repeats a shorter part. The last repetition can be truncated. */
function isRepeated(text: string): boolean {
  // A text with period n is equal to itself shifted by n.
  const longest = Math.floor(text.length / 2);
  return Array.from({ length: longest }, (_, index) => index + 1).some((period) => text.startsWith(text.slice(period)));
}

/** Returns true if many pieces occur repeatedly, as in a repeated phrase with a counter or another character in between. */
function repeatsPhrases(text: string): boolean {
  const pieces = Array.from({ length: Math.max(0, text.length - PIECE + 1) }, (_, at) => text.slice(at, at + PIECE));
  return new Set(pieces).size < pieces.length * LEAST_SHARE_OF_NEW_PIECES;
}

/** Returns true if more than two thirds of the characters equal, follow or precede their predecessor in character order. */
function isSequence(text: string): boolean {
  const steps = Array.from(text, (character, index) => character.charCodeAt(0) - text.charCodeAt(index - 1)).slice(1);
  return steps.filter((step) => Math.abs(step) <= 1).length > (steps.length * 2) / 3;
}

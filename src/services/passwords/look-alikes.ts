/** Symbols written for letters. `1`, `!` and `|` can each mean two letters. */
const LETTERS: Readonly<Record<string, string>> = {
  '@': 'a',
  '4': 'a',
  '3': 'e',
  '€': 'e',
  '0': 'o',
  $: 's',
  '5': 's',
  '7': 't',
  '+': 't',
  '8': 'b',
  '9': 'g',
  '6': 'g',
  '2': 'z',
  '£': 'l',
};
const EITHER = ['i', 'l'] as const;

/** Returns the readings of a text whose symbols may stand for letters. */
export function withLetters(text: string): string[] {
  const plain = text.replace(/[@43€0$57+8962£]/g, (sign) => LETTERS[sign] ?? sign);
  return EITHER.map((letter) => plain.replace(/[1!|]/g, letter));
}

const standing = new Map([...Object.keys(LETTERS), '1', '!', '|'].map((sign) => [sign, withLetters(sign)]));

/** Returns whether a symbol may stand for a letter. */
export function mayStandFor(sign: string, letter: string): boolean {
  return standing.get(sign)?.includes(letter) ?? false;
}

/** Reverses a text. */
export function backwards(text: string): string {
  return [...text].reverse().join('');
}

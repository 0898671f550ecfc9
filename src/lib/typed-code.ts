/** Number of digits of a code sent by email. */
export const CODE_LENGTH = 6;

const DIGIT = /^\p{Nd}$/u;
/** Codes consist of letters and digits. Spaces, dashes, quotes, brackets and other surrounding characters are ignored. */
const SEPARATORS = /(?:\s|[^\p{L}\p{N}\p{Cc}])+/gu;

/** The value of a decimal digit in any script. The ten digits of a script have consecutive code points, starting at zero. */
function digitValue(digit: string): string {
  const point = digit.codePointAt(0) ?? 0;
  let before = 0;
  while (DIGIT.test(String.fromCodePoint(point - before - 1))) before += 1;
  return String(before % 10);
}

/**
 * Normalises a code that was typed, pasted or dictated: separators are removed, and digits and letters are converted to ASCII
 * whatever keyboard they came from. Every code is normalised before its attempt is counted.
 */
export function normalCode(typed: string): string {
  return typed
    .normalize('NFKC')
    .replace(/\p{Nd}/gu, (digit) => (digit <= '9' ? digit : digitValue(digit)))
    .replace(SEPARATORS, '');
}

/** Digits of a code that is sent by email. */
export const CODE_LENGTH = 6;

const DIGIT = /^\p{Nd}$/u;
/** Codes are made of letters and digits; blanks, dashes, quotes, brackets and whatever else stands around them is no part. */
const SEPARATORS = /(?:\s|[^\p{L}\p{N}\p{Cc}])+/gu;

/** The value of a decimal digit of any script: each script's ten stand side by side, in order from zero. */
function digitValue(digit: string): string {
  const point = digit.codePointAt(0) ?? 0;
  let before = 0;
  while (DIGIT.test(String.fromCodePoint(point - before - 1))) before += 1;
  return String(before % 10);
}

/**
 * A code as it was made, from how it was typed, pasted or read out: without separators, its digits and letters in ASCII
 * whatever keyboard they came from. Every code is normalised by this before its attempt is counted.
 */
export function normalCode(typed: string): string {
  return typed
    .normalize('NFKC')
    .replace(/\p{Nd}/gu, (digit) => (digit <= '9' ? digit : digitValue(digit)))
    .replace(SEPARATORS, '');
}

/**
 * A character that is visible on its own. Combining marks need a base character. Spaces, format characters, fillers, lone
 * surrogates, private-use and unassigned code points are not visible. Neither are the blanks of braille, hieroglyphs and
 * musical notation, nor the object replacement character.
 */
const VISIBLE = /[^\p{M}\p{Z}\p{C}\p{Default_Ignorable_Code_Point}\u2800\uFFFC\u{1D159}\u{13441}\u{13442}]/u;
/**
 * Spaces and fillers. Joiners and variation selectors are not included because at the end of a text they can belong to the
 * preceding character. Bidirectional control characters are rejected wherever they occur, so they need not be trimmed.
 */
const BLANK = /[\s\u00AD\u115F\u1160\u180E\u200B\u2060-\u2064\u2800\u3164\uFFA0]/;
/** Invisible characters, including spaces and line breaks, excluding other control characters. */
const UNSEEN = /[\s\u0085\p{Cf}\p{Default_Ignorable_Code_Point}\u2800]/u;

/** Returns true if the text has no visible character. */
export function isBlank(text: string): boolean {
  return !VISIBLE.test(text);
}

/** Trims both ends in linear time; a regular expression would restart at every blank inside the text. */
function without(around: RegExp, text: string): string {
  const isAround = (index: number) => around.test(text.charAt(index));
  let start = 0;
  let end = text.length;
  while (start < end && isAround(start)) start += 1;
  while (end > start && isAround(end - 1)) end -= 1;
  return text.slice(start, end);
}

/** Removes blanks from both ends of the text. */
export function trimmed(text: string): string {
  return without(BLANK, text);
}

/** Removes invisible characters from both ends, for text in which they never belong to a character. */
export function bare(text: string): string {
  return without(UNSEEN, text);
}

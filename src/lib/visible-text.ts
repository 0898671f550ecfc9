/**
 * A character that shows something by itself. Marks need one to stand on; blanks, format characters, fillers, halves of surrogate
 * pairs and what no font has (private or unassigned) show nothing, nor do the blanks of braille, of hieroglyphs and of music, and
 * what stands for an object that is not there.
 */
const VISIBLE = /[^\p{M}\p{Z}\p{C}\p{Default_Ignorable_Code_Point}\u2800\uFFFC\u{1D159}\u{13441}\u{13442}]/u;
/**
 * Characters that stand for a blank or are a filler; a joiner or a variation selector at the end may belong to the sign before
 * it, and marks that turn the direction of a text are refused wherever they stand.
 */
const BLANK = /[\s\u00AD\u115F\u1160\u180E\u200B\u2060-\u2064\u2800\u3164\uFFA0]/;
/** Whatever shows nothing and is no control character, but for line breaks and tabs. */
const UNSEEN = /[\s\u0085\p{Cf}\p{Default_Ignorable_Code_Point}\u2800]/u;

/** Whether nobody could see the text: it has no character that others could belong to. */
export function isBlank(text: string): boolean {
  return !VISIBLE.test(text);
}

/** In one walk from either end: a pattern would begin anew at each blank inside. */
function without(around: RegExp, text: string): string {
  const isAround = (index: number) => around.test(text.charAt(index));
  let start = 0;
  let end = text.length;
  while (start < end && isAround(start)) start += 1;
  while (end > start && isAround(end - 1)) end -= 1;
  return text.slice(start, end);
}

/** The text without the blanks around it. */
export function trimmed(text: string): string {
  return without(BLANK, text);
}

/** The text without whatever shows nothing around it, for text in which such marks never belong to a sign. */
export function bare(text: string): string {
  return without(UNSEEN, text);
}

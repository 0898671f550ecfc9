/**
 * A character that shows something by itself. Marks need one to stand on; blanks, format characters, fillers, halves of surrogate
 * pairs and what no font has (private or unassigned) show nothing, nor do the blanks of braille, of hieroglyphs and of music, and
 * what stands for an object that is not there.
 */
const VISIBLE = /[^\p{M}\p{Z}\p{C}\p{Default_Ignorable_Code_Point}\u2800\uFFFC\u{1D159}\u{13441}\u{13442}]/u;
/** Characters that stand for a blank; a joiner or a variation selector at the end may belong to the sign before it. */
const BLANK = /[\s\u200B\u2060\u2800\u3164\uFFA0]/;

/** Whether nobody could see the text: it has no character that others could belong to. */
export function isBlank(text: string): boolean {
  return !VISIBLE.test(text);
}

/** The text without the blanks around it, in one walk from either end: a pattern would begin anew at each blank inside. */
export function trimmed(text: string): string {
  const isBlankAt = (index: number) => BLANK.test(text.charAt(index));
  let start = 0;
  let end = text.length;
  while (start < end && isBlankAt(start)) start += 1;
  while (end > start && isBlankAt(end - 1)) end -= 1;
  return text.slice(start, end);
}

/** Characters that take room or none and show nothing: blanks, zero-width ones, fillers and the blank of braille. */
const INVISIBLE = /[\s\p{Z}\p{Cf}\p{Default_Ignorable_Code_Point}\u2800\u{1D159}]/gu;
/** Those of them that stand for a blank; a joiner or a variation selector at the end may belong to the sign before it. */
const BLANK = '[\\s\\u200B\\u2060\\u2800\\u3164\\uFFA0]+';
const EDGES = new RegExp(`^${BLANK}|${BLANK}$`, 'g');

/** Whether nobody could see the text. */
export function isBlank(text: string): boolean {
  return text.replace(INVISIBLE, '') === '';
}

/** The text without the blanks around it. */
export function trimmed(text: string): string {
  return text.replace(EDGES, '');
}

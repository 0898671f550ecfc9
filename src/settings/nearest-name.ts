import { distance } from 'fastest-levenshtein';

/** One typo is tolerated for this many characters. */
const CHARACTERS_PER_SLIP = 4;

/** A name with its letters sorted, for recognising swapped letters. */
function sorted(name: string): string {
  return [...name].sort().join('');
}

function slips(typed: string, name: string): number {
  const edits = distance(typed, name);
  // The edit distance counts two swapped letters as two edits, although they are one typo.
  return edits === 2 && sorted(typed) === sorted(name) ? 1 : edits;
}

/** The name that was probably meant: the one with the fewest typos, if they are few for its length. Ignores case. */
export function nearestName(typed: string, names: readonly string[]): string | undefined {
  const wanted = typed.toLowerCase();
  const found = names
    .map((name) => ({ name, slips: slips(wanted, name.toLowerCase()) }))
    .filter(({ name, slips }) => slips <= Math.ceil(name.length / CHARACTERS_PER_SLIP) && slips < wanted.length)
    .sort((one, other) => one.slips - other.slips);
  return found[0]?.name;
}

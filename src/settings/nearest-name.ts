import { distance } from 'fastest-levenshtein';

/** One slip in so many characters still counts as the same word. */
const CHARACTERS_PER_SLIP = 4;

/** A name with its letters in order, so that two swapped ones count as no difference beyond their place. */
function sorted(name: string): string {
  return [...name].sort().join('');
}

function slips(typed: string, name: string): number {
  const edits = distance(typed, name);
  // Two letters that changed places are one slip, which the edit distance counts twice.
  return edits === 2 && sorted(typed) === sorted(name) ? 1 : edits;
}

/** The name that was probably meant: the one with the fewest slips, if those are few for its length; case is ignored. */
export function nearestName(typed: string, names: readonly string[]): string | undefined {
  const wanted = typed.toLowerCase();
  const found = names
    .map((name) => ({ name, slips: slips(wanted, name.toLowerCase()) }))
    .filter(({ name, slips }) => slips <= Math.ceil(name.length / CHARACTERS_PER_SLIP) && slips < wanted.length)
    .sort((one, other) => one.slips - other.slips);
  return found[0]?.name;
}

import { once } from '../../lib/once.js';
import { loadDictionaries, loadEstimate } from './dictionaries.js';

/**
 * How many tries a password must hold out. An account takes ten tries an hour, so that a stranger needs a year for these;
 * against a stolen table the cost of a hash has to help.
 */
const FEWEST_GUESSES = 100_000;
/** The estimate takes a few milliseconds for the worst text of this length, and longer than its square for more. */
const LONGEST_ESTIMATE = 32;
/** Ways to undo `P@$$w0rd` that are tried; the worst text has thousands, and they change nothing of what is this weak. */
const MOST_SUBSTITUTIONS = 4;
const LONGEST_WORD = 64;

/** Built when the first password is chosen, as it ranks a dictionary that most processes never use. */
const theEstimator = once(() => {
  const { ZxcvbnFactory } = loadEstimate();
  const { dictionary, adjacencyGraphs: graphs } = loadDictionaries();
  const limits = { maxLength: LONGEST_ESTIMATE, l33tMaxSubstitutions: MOST_SUBSTITUTIONS };
  return new ZxcvbnFactory({ dictionary, graphs, ...limits });
});

/**
 * Whether the password is guessed within few tries, `words` being guessed first. Of a long one the start and the end are
 * estimated, what is between them counts as repeats, and one that holds out is enough.
 */
export function isWeak(password: string, words: readonly string[]): boolean {
  const known = words.filter((word) => word !== '').map((word) => word.slice(0, LONGEST_WORD));
  const ends = new Set([password.slice(0, LONGEST_ESTIMATE), password.slice(-LONGEST_ESTIMATE)]);
  const fewest = FEWEST_GUESSES / Math.max(1, password.length / LONGEST_ESTIMATE);
  return [...ends].every((end) => theEstimator().check(end, known).guesses < fewest);
}

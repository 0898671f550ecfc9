import { once } from '../../lib/once.js';
import { loadDictionaries, loadEstimate } from './dictionaries.js';
import { indexDictionaries } from './dictionary-search.js';

/**
 * Number of guesses that a password must withstand. An account allows ten attempts an hour, so that a stranger needs a
 * year for this many. Against a stolen table the cost of a hash has to help.
 */
const FEWEST_GUESSES = 100_000;
/**
 * The estimate takes a few milliseconds for the worst text of this length. The time grows faster than the square of the
 * length.
 */
const LONGEST_ESTIMATE = 32;
/**
 * Number of ways to undo `P@$$w0rd` that are tried. The worst text has thousands, and they change nothing for a
 * password this weak.
 */
const MOST_SUBSTITUTIONS = 4;
const LONGEST_WORD = 64;

/** Built when the first password is chosen, because it ranks a dictionary that most processes never use. */
const theEstimator = once(() => {
  const { ZxcvbnFactory } = loadEstimate();
  const { dictionary, adjacencyGraphs: graphs } = loadDictionaries();
  const limits = { maxLength: LONGEST_ESTIMATE, l33tMaxSubstitutions: MOST_SUBSTITUTIONS };
  const estimator = new ZxcvbnFactory({ dictionary, graphs, ...limits });
  indexDictionaries(estimator);
  return estimator;
});

/**
 * Returns whether the password can be guessed in few attempts, with `words` guessed first. For a long password, the
 * start and the end are estimated and the part between them counts as repeats. One strong end is enough.
 */
export function isWeak(password: string, words: readonly string[]): boolean {
  const known = words.filter((word) => word !== '').map((word) => word.slice(0, LONGEST_WORD));
  const ends = new Set([password.slice(0, LONGEST_ESTIMATE), password.slice(-LONGEST_ESTIMATE)]);
  const fewest = FEWEST_GUESSES / Math.max(1, password.length / LONGEST_ESTIMATE);
  return [...ends].every((end) => theEstimator().check(end, known).guesses < fewest);
}

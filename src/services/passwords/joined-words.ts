import { once } from '../../lib/once.js';
import { rankedPasswords } from './dictionaries.js';

/** Two or three of this many passwords joined together are as common as they are. */
const MOST_COMMON = 300;
const MOST_JOINED = 3;
/** Two or three words in more pieces than this, fillers included, are a sentence that few people have. */
const MOST_PIECES = 6;
const WORDS_OF_ACCOUNTS =
  'access account admin administrator changeme default guest hello letmein login logon master passphrase password passwords passwort ' +
  'qwerty root secret secure signin signup strong super system temp test user username welcome';
const WORDS_OF_THE_HEART =
  'always baby boy brother cat dad daddy daughter dog dream family forever friend girl god happy husband jesus kids life love ' +
  'lover mom mommy mother mum name sister son wife';
/** Months, seasons and weekdays in English and German. People who must change a password take the next one. */
const WORDS_OF_THE_CALENDAR =
  'january february march april may june july august september october november december ' +
  'januar jaenner februar maerz marz mai juni juli oktober dezember ' +
  'jan feb mar apr jun jul aug sep sept oct okt nov dec dez ' +
  'spring summer autumn fall winter fruehling fruhling fruehjahr fruhjahr sommer herbst season ' +
  'monday tuesday wednesday thursday friday saturday sunday weekend weekday ' +
  'montag dienstag mittwoch donnerstag freitag samstag sonnabend sonntag wochenende ' +
  'year month week day today jahr monat woche tag heute';
const FILLERS = new Set(
  (
    'a am an and be com de for hate have how i in is it me mine more much my net new not of on only org our ' +
    'please so that the this to u very we what whats who www xx you your ' +
    'auf das dein deine den der die du ein eine es fuer fur ich im ist mein meine neu neue neues nicht sehr und unser wir zu zum'
  ).split(' '),
);

const calendar = new Set(WORDS_OF_THE_CALENDAR.split(' '));
const joinable = once(
  () =>
    new Set<string>([
      ...WORDS_OF_ACCOUNTS.split(' '),
      ...WORDS_OF_THE_HEART.split(' '),
      ...rankedPasswords()
        .slice(0, MOST_COMMON)
        .filter((word) => /^[a-z]{4,}$/.test(word)),
    ]),
);
const longest = once(() => ({ length: Math.max(...[...joinable(), ...calendar].map((word) => word.length)) }));

/** Returns the word that a piece counts as; undefined if it is none. All words of the calendar count as one. */
function wordOf(piece: string): string | undefined {
  if (calendar.has(piece)) return 'calendar';
  return joinable().has(piece) ? piece : undefined;
}

interface Way {
  words: ReadonlySet<string>;
  pieces: number;
}

/** Extends a way by one piece; undefined if the piece is neither a word nor a filler, or the way has too many words. */
function joinedTo(before: Way | undefined, piece: string): Way | undefined {
  const word = wordOf(piece);
  if (before === undefined || (word === undefined && !FILLERS.has(piece))) return undefined;
  const words = word === undefined ? before.words : new Set([...before.words, word]);
  return words.size > MOST_JOINED ? undefined : { words, pieces: before.pieces + 1 };
}

/** Fewer words are better, and fewer pieces if the words are equally many. */
function isBetter(way: Way, than: Way | undefined): boolean {
  if (than === undefined) return true;
  const fewer = than.words.size - way.words.size;
  return fewer === 0 ? way.pieces < than.pieces : fewer > 0;
}

/**
 * Returns whether the letters repeat one common word, or join two or three in few pieces, with fillers between them.
 */
export function isJoined(letters: string): boolean {
  const { length } = longest();
  const ways: (Way | undefined)[] = [{ words: new Set(), pieces: 0 }];
  for (let end = 1; end <= letters.length; end += 1) {
    for (let start = Math.max(0, end - length); start < end; start += 1) {
      const way = joinedTo(ways[start], letters.slice(start, end));
      if (way !== undefined && isBetter(way, ways[end])) ways[end] = way;
    }
  }
  const { words, pieces } = ways[letters.length] ?? { words: new Set(), pieces: 0 };
  return words.size === 1 || (words.size > 1 && pieces <= MOST_PIECES);
}

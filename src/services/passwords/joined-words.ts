import { rankedPasswords } from './common-list.js';

/** What is joined of two or three of the first is as common as they are. */
const MOST_COMMON = 300;
const MOST_JOINED = 3;
const WORDS_OF_ACCOUNTS =
  'access account admin administrator changeme default guest hello letmein login logon master passphrase password passwort ' +
  'qwerty root secret secure signin signup strong super system temp test user username welcome';
const WORDS_OF_THE_HEART =
  'always baby boy dad daddy dream family forever friend girl god happy jesus life love lover mom mommy mother mum';
/** Months, seasons and weekdays in English and German; people who must change a password take the next one. */
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
    'a am an and be for have i in is it me mine more much my new not of on only our please so that the this to u very we you your ' +
    'auf das dein deine den der die du ein eine es fuer fur ich im ist mein meine neu neue neues nicht sehr und unser wir zu zum'
  ).split(' '),
);

const calendar = new Set(WORDS_OF_THE_CALENDAR.split(' '));
const joinable = new Set<string>([
  ...WORDS_OF_ACCOUNTS.split(' '),
  ...WORDS_OF_THE_HEART.split(' '),
  ...rankedPasswords.slice(0, MOST_COMMON).filter((word) => /^[a-z]{4,}$/.test(word)),
]);
const LONGEST_JOINABLE = Math.max(...[...joinable, ...calendar].map((word) => word.length));

/** The word by which a piece counts; all of the calendar count as one, and undefined is none. */
function wordOf(piece: string): string | undefined {
  if (calendar.has(piece)) return 'calendar';
  return joinable.has(piece) ? piece : undefined;
}

/** Whether the letters are at most three different common words, as often as may be, with little words between them. */
export function isJoined(letters: string): boolean {
  const ways: (ReadonlySet<string> | undefined)[] = [new Set()];
  for (let end = 1; end <= letters.length; end += 1) {
    for (let start = Math.max(0, end - LONGEST_JOINABLE); start < end; start += 1) {
      const piece = letters.slice(start, end);
      const [before, word] = [ways[start], wordOf(piece)];
      if (before === undefined || (word === undefined && !FILLERS.has(piece))) continue;
      const words = word === undefined ? before : new Set([...before, word]);
      if (words.size < (ways[end]?.size ?? MOST_JOINED + 1)) ways[end] = words;
    }
  }
  return (ways[letters.length]?.size ?? 0) > 0;
}

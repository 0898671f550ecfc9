/** Keyboard rows and alphabets by layout. Each is also matched backwards. */
const ROWS = [
  '01234567890',
  // English
  'abcdefghijklmnopqrstuvwxyz',
  'qwertyuiop',
  'asdfghjkl',
  'zxcvbnm',
  // German, French, Spanish and Scandinavian
  'qwertzuiopü',
  'qwertyuiopå',
  'asdfghjklöä',
  'asdfghjkløæ',
  'asdfghjklæø',
  'asdfghjklñ',
  'yxcvbnm',
  'azertyuiop',
  'qsdfghjklmù',
  'wxcvbn',
  'éèçà',
  // Dvorak and Colemak
  'pyfgcrl',
  'aoeuidhtns',
  'qjkxbmwvz',
  'qwfpgjluy',
  'arstdhneio',
  'zxcvbkm',
  // Turkish
  'qwertyuıopğü',
  'asdfghjklşi',
  'zxcvbnmöç',
  'fgğıodrnhpqw',
  'uieaütkmlyş',
  'jövcçzsb',
  // Russian and Ukrainian
  'абвгдеёжзийклмнопрстуфхцчшщъыьэюя',
  'абвгдежзийклмнопрстуфхцчшщъыьэюя',
  'абвгґдеєжзиіїйклмнопрстуфхцчшщьюя',
  'йцукенгшщзхъ',
  'йцукенгшщзхї',
  'фывапролджэ',
  'фівапролджє',
  'ячсмитьбю',
  // Greek, Hebrew and Arabic
  'αβγδεζηθικλμνξοπρστυφχψω',
  'ςερτυθιοπ',
  'ασδφγηξκλ',
  'ζχψωβνμ',
  'אבגדהוזחטיכלמנסעפצקרשת',
  'קראטוןםפ',
  'שדגכעיחלךף',
  'זסבהנמצתץ',
  'ضصثقفغعهخحجد',
  'شسيبلاتنمكط',
  'ئءؤرلاىةوزظ',
  // Alternating rows, columns, columns up and down, blocks, and from both ends
  '1q2w3e4r5t6y7u8i9o0p',
  '1q2w3e4r5t6z7u8i9o0p',
  '1a2z3e4r5t6y7u8i9o0p',
  '1й2ц3у4к5е6н7г8ш9щ0з',
  'q1w2e3r4t5y6u7i8o9p0',
  'q1w2e3r4t5z6u7i8o9p0',
  'a1z2e3r4t5y6u7i8o9p0',
  'й1ц2у3к4е5н6г7ш8щ9з0',
  '1qaz2wsx3edc4rfv5tgb6yhn7ujm8ik9ol0p',
  '1qay2wsx3edc4rfv5tgb6zhn7ujm8ik9ol0p',
  '1aqw2zsx3edc4rfv5tgb6yhn7uj8ik9ol0pm',
  '1йфя2цыч3увс4кам5епи6нрт7гоь8шлб9щдю0зж',
  'qazwsxedcrfvtgbyhnujmikolp',
  'qaywsxedcrfvtgbzhnujmikolp',
  'aqwzsxedcrfvtgbyhnujikolpm',
  'йфяцычувскамепинртгоьшлбщдю',
  '1qazxsw23edcvfr45tgbnhy67ujmki89olp0',
  'qazxswedcvfrtgbnhyujmkiolp',
  'йфячыцувсмакепитрнгоьблшщдюжз',
  'qweasdzxcrtyfghvbnuiojklm',
  'qweasdyxcrtzfghvbnuiojklm',
  'йцуфывячскеапрмитнгшролтьб',
  'qpwoeirutyalskdjfhgzmxncbv',
];
/** Minimum length of a run. */
const SHORTEST = 3;

/** The rows and positions of every three characters, so that a text is compared only with rows that contain them. */
const places = new Map<string, { row: string; at: number }[]>();
for (const row of ROWS.flatMap((each) => [each, [...each].reverse().join('')])) {
  for (let at = 0; at + SHORTEST <= row.length; at += 1) {
    const signs = row.slice(at, at + SHORTEST);
    places.set(signs, [...(places.get(signs) ?? []), { row, at }]);
  }
}

/** Number of matching characters of the text from `start` and the row from `at`. */
function alike(text: string, start: number, row: string, at: number): number {
  let length = SHORTEST;
  while (start + length < text.length && text[start + length] === row[at + length]) length += 1;
  return length;
}

/** Length of the longest run that starts at `start`: along a keyboard row or an alphabet, or of one repeated character. */
function runAt(text: string, start: number): number {
  const sign = String.fromCodePoint(text.codePointAt(start) ?? 0);
  let repeated = sign.length;
  while (text.startsWith(sign, start + repeated)) repeated += sign.length;
  const found = places.get(text.slice(start, start + SHORTEST)) ?? [];
  return Math.max(repeated, ...found.map(({ row, at }) => alike(text, start, row, at)));
}

/**
 * Removes runs along a row, a column or the alphabet from a lower-case text. `shortest` is the minimum length, at least three.
 * If `counts` is given, only runs for which it returns true are removed.
 */
export function withoutRuns(
  text: string,
  shortest: number,
  counts: (start: number, length: number) => boolean = () => true,
): string {
  let left = '';
  for (let start = 0; start < text.length; ) {
    const length = runAt(text, start);
    const isRun = length >= shortest && counts(start, length);
    if (!isRun) left += text[start];
    start += isRun ? length : 1;
  }
  return left;
}

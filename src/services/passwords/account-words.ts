/** Letters that Unicode takes for letters of their own, as others write them. */
const TRANSLITERATED: Readonly<Record<string, string>> = {
  ß: 'ss',
  æ: 'ae',
  œ: 'oe',
  ø: 'o',
  ł: 'l',
  đ: 'd',
  ð: 'd',
  þ: 'th',
  ı: 'i',
};
/** What is written for ä, ö, ü, å and ø, and for ß. */
const DIGRAPHS = /ae|oe|ue|aa|ss/g;

const PRODUCT = 'gatehouse';
/** A word shorter than this says little, and too many good passwords contain it. */
const SHORTEST_WORD = 4;
/** Beside such a word, one of this length counts too: `com` alone says nothing. */
const SHORTEST_PART = 3;
/** With this few letters beside the word, the password is the word. */
const LETTERS_BESIDE_WORD = 3;

/** What the password must not be made of. */
export interface AccountWords {
  email: string;
  username?: string | null;
  displayName?: string | null;
}

/** The letters of a text, without accents and in the usual width, as a stranger tries them. */
function lettersOf(text: string): string {
  return text
    .normalize('NFKD')
    .toLowerCase()
    .replace(/[^\p{L}]/gu, '');
}

/** The letters in one spelling for all of a name's: `Müller`, `Mueller` and `Muller` are one, as are `Åse` and `Aase`. */
function oneSpelling(letters: string): string {
  return letters
    .replace(/[ßæœøłđðþı]/g, (letter) => TRANSLITERATED[letter] ?? letter)
    .replace(DIGRAPHS, ([first = '']) => first);
}

/** What a stranger who knows the account tries first: its names, its address, and what the address is put together from. */
export function wordsOf({ email, username, displayName }: AccountWords): string[] {
  const [localPart = '', domain = ''] = email.split('@');
  const names = [localPart, username ?? '', displayName ?? ''];
  return [
    PRODUCT,
    email,
    domain,
    ...names,
    ...domain.split('.'),
    ...names.flatMap((name) => name.split(/[^\p{L}\p{M}]+/u)),
  ];
}

/** Whether the letters are nothing but words of the account and a few others. */
function isMadeOf(words: readonly string[], letters: string): boolean {
  const counting = [...new Set(words)].filter((word) => word.length >= SHORTEST_PART);
  if (!counting.some((word) => word.length >= SHORTEST_WORD && letters.includes(word))) return false;
  const longestFirst = counting.sort((one, other) => other.length - one.length);
  const beside = longestFirst.reduce((left, word) => left.replaceAll(word, ' '), letters);
  return lettersOf(beside).length <= LETTERS_BESIDE_WORD;
}

/** Whether words of the account, in whatever spelling, are all that the password has, but for a few letters. */
export function resemblesAccount(password: string, account: AccountWords): boolean {
  const words = wordsOf(account).map(lettersOf);
  const letters = lettersOf(password);
  return isMadeOf(words, letters) || isMadeOf(words.map(oneSpelling), oneSpelling(letters));
}

/** What a password must be, before one was tried; other rules depend on the password itself. */
const ASKED = {
  TOO_SHORT: ({ passwordMinLength }) => `At least ${passwordMinLength} characters`,
  NEEDS_UPPERCASE: () => 'An upper-case letter',
  NEEDS_LOWERCASE: () => 'A lower-case letter',
  NEEDS_DIGIT: () => 'A digit',
  NEEDS_SYMBOL: () => 'A symbol, such as ! or ?',
};

/** What to do about a password that was refused. */
const REFUSED = {
  TOO_SHORT: ({ passwordMinLength: least }) => (least ? `Use at least ${least} characters.` : 'Use more characters.'),
  TOO_LONG: ({ passwordMaxLength: most }) => (most ? `Use at most ${most} characters.` : 'Use fewer characters.'),
  NEEDS_UPPERCASE: () => 'Add an upper-case letter.',
  NEEDS_LOWERCASE: () => 'Add a lower-case letter.',
  NEEDS_DIGIT: () => 'Add a digit.',
  NEEDS_SYMBOL: () => 'Add a symbol, such as ! or ?.',
  TOO_COMMON: () => 'This is one of the passwords that are tried first. Choose another one.',
  TOO_WEAK: () => 'This is guessed too easily. Make it longer, or less regular.',
  RESEMBLES_ACCOUNT: () => 'Do not build it from your name, your address or the name of this service.',
  REUSED: () => 'You have used this password before. Choose another one.',
  BREACHED: () => 'This password is known from a data breach. Choose another one.',
};

/** The rules in words, as a list to read before typing. */
export function rulesInWords(config) {
  return (config.passwordRules ?? []).flatMap((rule) => ASKED[rule]?.(config) ?? []);
}

/** Why a password was refused, in words. */
export function refusalInWords(rules, config) {
  return rules.map((rule) => REFUSED[rule]?.(config) ?? 'Choose another password.');
}

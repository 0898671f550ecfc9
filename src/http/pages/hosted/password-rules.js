import { fill, words } from './card.js';

const { asked, refused, withoutNumber, other } = words.rules;

/** The rules in words, as a list to read before typing; other rules depend on the password itself. */
export function rulesInWords(config) {
  return (config.passwordRules ?? []).flatMap((rule) => (rule in asked ? fill(asked[rule], config) : []));
}

function refusal(rule, config) {
  const number = { TOO_SHORT: config.passwordMinLength, TOO_LONG: config.passwordMaxLength };
  const text = rule in withoutNumber && !number[rule] ? withoutNumber[rule] : refused[rule];
  return fill(text ?? other, config);
}

/** The reasons why a password was rejected, in words. */
export function refusalInWords(rules, config) {
  return rules.map((rule) => refusal(rule, config));
}

import { type PasswordRuleName, type Problem, problem } from '../../problems.js';
import type { UseCaseContext } from '../use-case.js';
import { type AccountWords, resemblesAccount, wordsOf } from './account-words.js';
import { isCommonPassword } from './common.js';
import { normalisePassword } from './hasher.js';
import { isWeak } from './strength.js';

/** Maximum length of a password in code points. It is long enough for every passphrase and short enough to hash. */
export const PASSWORD_MAX_LENGTH = 256;

/**
 * `composition` requires four kinds of characters. `nist` (SP 800-63B-4) requires length alone. Both refuse common
 * passwords.
 */
export interface PasswordPolicy {
  kind: 'composition' | 'nist';
  /** In code points. */
  minLength: number;
}

const composition: readonly [PasswordRuleName, RegExp][] = [
  ['NEEDS_UPPERCASE', /\p{Lu}/u],
  ['NEEDS_LOWERCASE', /\p{Ll}/u],
  ['NEEDS_DIGIT', /\p{Nd}/u],
  ['NEEDS_SYMBOL', /[^\p{L}\p{Nd}\s]/u],
];

const explainsWeakness: ReadonlySet<PasswordRuleName> = new Set(['TOO_SHORT', 'TOO_COMMON', 'RESEMBLES_ACCOUNT']);

/** Returns the policy of the settings. */
export function policyOf(settings: UseCaseContext['settings']): PasswordPolicy {
  return { kind: settings.passwordPolicy, minLength: settings.passwordMinLength };
}

/** Returns the rules that a policy applies to a password alone. Reuse and breaches depend on the account. */
export function activeRules(policy: PasswordPolicy): PasswordRuleName[] {
  const always: PasswordRuleName[] = ['TOO_SHORT', 'TOO_LONG', 'TOO_COMMON', 'TOO_WEAK', 'RESEMBLES_ACCOUNT'];
  return policy.kind === 'composition' ? [...always, ...composition.map(([rule]) => rule)] : always;
}

/**
 * Returns every rule that the password fails. It is accepted if there is none. TOO_WEAK is omitted if another rule
 * explains the weakness more exactly.
 */
export function failedRules(policy: PasswordPolicy, password: string, account: AccountWords): PasswordRuleName[] {
  const normal = normalisePassword(password);
  const length = [...normal].length;
  if (length > PASSWORD_MAX_LENGTH) return ['TOO_LONG'];
  const failed: PasswordRuleName[] = length < policy.minLength ? ['TOO_SHORT'] : [];
  if (policy.kind === 'composition') {
    failed.push(...composition.filter(([, pattern]) => !pattern.test(normal)).map(([rule]) => rule));
  }
  if (isCommonPassword(normal)) failed.push('TOO_COMMON');
  if (resemblesAccount(normal, account)) failed.push('RESEMBLES_ACCOUNT');
  const isExplained = failed.some((rule) => explainsWeakness.has(rule));
  if (!isExplained && isWeak(normal, wordsOf(account))) failed.push('TOO_WEAK');
  return failed;
}

/** Refuses a password that fails a rule, for an account that is new or whose earlier passwords do not matter. */
export function refusePassword(
  settings: UseCaseContext['settings'],
  password: string,
  account: AccountWords,
): Problem<'PASSWORD_REJECTED'> | undefined {
  const rules = failedRules(policyOf(settings), password, account);
  return rules.length > 0 ? problem('PASSWORD_REJECTED', { rules }) : undefined;
}

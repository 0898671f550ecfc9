import { CODE_LENGTH } from '../../lib/typed-code.js';
import type { PasswordRuleName } from '../../problems.js';
import { activeRules, PASSWORD_MAX_LENGTH, policyOf } from '../passwords/policy.js';
import type { UseCaseContext } from '../use-case.js';

/** The rules that client forms need. */
export interface AuthConfig {
  passwordMinLength: number;
  passwordMaxLength: number;
  passwordRules: PasswordRuleName[];
  codeLength: number;
  signupRoles: string[];
  usernameRequired: boolean;
  locales: string[];
  termsRequired: boolean;
  twoFactorRequiredRoles: string[];
}

/** The active password rules. REUSED and BREACHED apply only to an account that already has a password. */
function passwordRules(settings: UseCaseContext['settings']): PasswordRuleName[] {
  const rules: PasswordRuleName[] = [...activeRules(policyOf(settings)), 'REUSED'];
  return settings.breachCheck ? [...rules, 'BREACHED'] : rules;
}

/** Returns the rules currently in force. They contain no secrets. */
export function authConfig({ settings, mailLocales }: Pick<UseCaseContext, 'settings' | 'mailLocales'>): AuthConfig {
  const { passwordMinLength, usernameRequired, termsRequired } = settings;
  return {
    passwordMinLength,
    passwordMaxLength: PASSWORD_MAX_LENGTH,
    passwordRules: passwordRules(settings),
    codeLength: CODE_LENGTH,
    signupRoles: [...settings.signupRoles],
    usernameRequired,
    locales: [...mailLocales],
    termsRequired,
    twoFactorRequiredRoles: [...settings.twoFactorRequiredRoles],
  };
}

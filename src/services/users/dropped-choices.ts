import type { UseCaseContext } from '../use-case.js';

/** What an account has of whoever signed up where somebody else owns it: nothing that they chose or agreed to. */
export function droppedChoices({ settings }: Pick<UseCaseContext, 'settings'>) {
  return {
    role: settings.defaultRole,
    username: null,
    usernameKey: null,
    displayName: null,
    locale: null,
    timezone: null,
    termsAcceptedAt: null,
    privacyPolicyAcceptedAt: null,
  };
}

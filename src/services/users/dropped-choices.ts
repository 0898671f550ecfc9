import type { UseCaseContext } from '../use-case.js';

/**
 * Returns the values that clear what was chosen or agreed to in a sign-up by someone other than the owner of the
 * address.
 */
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

import type { User } from '../../entities/user.js';

/** A property of a user that is stored in a column. */
export type UserProperty = Extract<keyof User, string>;

/** Returns the column of a property. */
export function columnOf(property: UserProperty): string {
  return property.replace(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`);
}

/** Returns the list of columns for a statement whose rows the ORM maps. */
export function columnsOf(properties: readonly UserProperty[]): string {
  return properties.map(columnOf).join(', ');
}

/** Returns the list of columns under the names of their properties. */
export function propertiesOf(properties: readonly UserProperty[]): string {
  return properties.map((property) => `${columnOf(property)} AS "${property}"`).join(', ');
}

/** What a sign-in and a sign-up read of an account. */
export const ACCOUNT_PROPERTIES = [
  'id',
  'email',
  'username',
  'usernameKey',
  'displayName',
  'role',
  'passwordHash',
  'passwordChangedAt',
  'passwordBreachedAt',
  'passwordContestedAt',
  'passwordChangeRequiredAt',
  'twoFactorEnabledAt',
  'emailVerifiedAt',
  'disabledAt',
  'invitedUntil',
  'lastLoginAt',
  'locale',
  'timezone',
  'termsAcceptedAt',
  'privacyPolicyAcceptedAt',
  'createdAt',
  'updatedAt',
] as const satisfies readonly UserProperty[];

/** An account as a sign-in or sign-up reads it. */
export type Account = Pick<User, (typeof ACCOUNT_PROPERTIES)[number]>;

/** The user who signs in. */
export type SignInUser = Omit<Account, 'passwordHash'>;

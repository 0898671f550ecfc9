import type { GraphQLSchema } from 'graphql';
import { isObjectType } from 'graphql';
import { holdsNoBadToken, isRouter, isSignedIn } from './rules.js';
import { allow, deny, shield } from './shield.js';

/** Who may ask each root field. A field that is missing here is denied, and a test fails. */
export const rootPermissions = {
  Query: {
    me: holdsNoBadToken,
    currentSession: isSignedIn,
    mySessions: isSignedIn,
    myAuditEvents: isSignedIn,
    authConfig: allow,
    csrfToken: allow,
    _entities: isRouter,
    _service: isRouter,
  },
  Mutation: {
    signup: allow,
    verifyEmail: allow,
    verifyEmailWithToken: allow,
    resendVerification: allow,
    login: allow,
    refresh: allow,
    exchangeToken: allow,
    completeTwoFactor: allow,
    reauthenticate: isSignedIn,
    requestPasswordReset: allow,
    verifyPasswordResetCode: allow,
    resetPassword: allow,
    changePassword: isSignedIn,
    enrolTotp: isSignedIn,
    confirmTotp: isSignedIn,
    disableTotp: isSignedIn,
    regenerateRecoveryCodes: isSignedIn,
    logout: allow,
    updateProfile: isSignedIn,
    requestEmailChange: isSignedIn,
    confirmEmailChange: isSignedIn,
    revertEmailChange: allow,
    deleteAccount: isSignedIn,
    reportSession: allow,
    revokeSession: isSignedIn,
    revokeOtherSessions: isSignedIn,
  },
};

/**
 * The permission map. Object types hold what a root field has already let through, or what their own mapping left empty
 * for a stranger, so each is open as a whole; the root fields decide.
 */
export function createPermissions(schema: GraphQLSchema) {
  const roots = new Set(Object.keys(rootPermissions));
  const objectTypes = Object.values(schema.getTypeMap())
    .filter((type) => isObjectType(type) && !type.name.startsWith('__') && !roots.has(type.name))
    .map((type) => [type.name, allow]);
  return shield(
    { ...rootPermissions, ...Object.fromEntries(objectTypes) },
    { fallbackRule: deny, allowExternalErrors: true },
  );
}

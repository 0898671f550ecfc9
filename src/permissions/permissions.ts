import type { GraphQLSchema } from 'graphql';
import type { IMiddlewareTypeMap } from 'graphql-middleware';
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
 * The permission map of the root fields. Object types hold what a root field has already let through, or what their own
 * mapping left empty for a stranger, so they are open; a rule on each of their fields would cost more than answering them.
 */
export function createPermissions(schema: GraphQLSchema): IMiddlewareTypeMap {
  const options = { fallbackRule: deny, allowExternalErrors: true };
  const everyType = shield(rootPermissions, options).generate(schema) as IMiddlewareTypeMap;
  return Object.fromEntries(Object.keys(rootPermissions).map((root) => [root, everyType[root] ?? {}]));
}

export type {
  AuthEvent,
  AuthSession,
  AuthSessionOptions,
  AuthState,
  AuthTokensLike,
  Claims,
  SignedOutReason,
  TokenStore,
} from './auth-session.js';
export { clearOnLeave, createGatehouseClient, type GatehouseClientOptions } from './client.js';
export { createAuthSession } from './create-auth-session.js';
export { type AuthLinkOptions, createAuthLink } from './link/auth-link.js';
export { problemFields } from './link/problem-fields.js';
export { possibleTypes } from './possible-types.js';
export {
  type Exhaustive,
  fieldErrors,
  isProblem,
  type Members,
  matchResult,
  type Problems,
  retryAt,
  type WithProblem,
  type WithRest,
} from './results.js';
export { AuthTroubleError, type Trouble } from './trouble.js';
export { typePolicies } from './type-policies.js';

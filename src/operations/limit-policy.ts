/** The caller or name that a limit counts. */
export type Scope = 'client' | 'email' | 'account' | 'session' | 'user' | 'service';

/** A limit of an operation. */
export interface LimitPolicy {
  scope: Scope;
  /** Calls that a window allows. */
  points: number;
  /** Length of the window. */
  seconds: number;
  /** Calls that every lifetime of an access token needs, if they are more than `points` in a window. */
  perTokenLifetime?: number;
  /** Whether responses show it only once it rejects a call. */
  isQuiet?: boolean;
}

export const HOUR = 3_600;
export const DAY = 86_400;

const limitPer =
  (scope: Scope) =>
  (points: number, seconds: number): LimitPolicy => ({ scope, points, seconds });

/** Counts the client: its IPv4 address or IPv6 /64. */
export const perClient = limitPer('client');
/** Counts the typed identifier, whether or not an account has it. */
export const perAccount = limitPer('account');
/** Counts the typed address. */
export const perEmail = limitPer('email');
/** Counts the session of the refresh token. */
export const perSession = limitPer('session');
/** Counts the signed-in user. */
export const perUser = limitPer('user');

/** Counts the service of the presented credential. Other callers do not count. */
export const perService = limitPer('service');

/** The limit of a list. It is far above what pages read, so responses do not show it beside the limits that matter. */
export const listReads: LimitPolicy = { ...perUser(300, HOUR), isQuiet: true };

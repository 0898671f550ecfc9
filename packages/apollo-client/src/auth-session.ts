import type { Trouble } from './trouble.js';

/** Claims of an access token that concern a client. Times are in seconds since 1970. */
export interface Claims {
  /** Id of the user. */
  sub: string;
  /** Id of the session. */
  sid: string;
  /** Role of the user. */
  role: string;
  /** How the user was authenticated: `pwd`, `otp`, `mfa` (RFC 8176). */
  amr: readonly string[];
  /** When the user was last authenticated. */
  auth_time: number;
  /** When the access token expires. */
  exp: number;
}

/** Why nobody is signed in. `ended`: the gateway ended the session. */
export type SignedOutReason = 'no-session' | 'ended' | 'logout' | 'logout-elsewhere' | 'deleted';

/**
 * The state of a session. `trouble` is set while the gateway cannot be asked; the session itself is unchanged by it. While
 * restoring, `claims` are those of the last start, if the token store keeps them.
 */
export type AuthState =
  | { status: 'restoring'; trouble?: Trouble; claims?: Claims; reason?: never }
  | { status: 'signedIn'; claims: Claims; trouble?: Trouble; reason?: never }
  | { status: 'signedOut'; reason: SignedOutReason; claims?: never; trouble?: never };

/** An event of a session, for logs and for apps that react to more than the state. */
export type AuthEvent =
  | { type: 'signed-in'; claims: Claims; from: 'here' | 'other-tab' | 'restore' }
  | { type: 'renewed'; by: 'here' | 'other-tab' }
  | { type: 'user-changed'; before: Claims; after: Claims }
  | { type: 'signed-out'; reason: SignedOutReason }
  | { type: 'trouble'; trouble: Trouble }
  | { type: 'lock-timeout' };

/** The fields of the gateway's `AuthTokens` that a session needs. */
export interface AuthTokensLike {
  accessToken: string;
  /** Lifetime in seconds. */
  expiresIn: number;
  /** Only with `BODY` delivery. */
  refreshToken?: string | null;
}

/** Keeps the refresh token of a client without cookies, such as a phone or a program. */
export interface TokenStore {
  /** Returns the stored refresh token, or null. */
  get(): Promise<string | null>;
  /** Stores the refresh token; null removes it. */
  set(token: string | null): Promise<void>;
  /** Returns what `setNote` stored: the last claims and an owed logout. It contains no secret. */
  getNote?(): Promise<string | null>;
  setNote?(note: string | null): Promise<void>;
}

/** Options of `createAuthSession`. */
export interface AuthSessionOptions {
  /** Address of the GraphQL endpoint. */
  uri: string | URL;
  /** Default: the global `fetch`. */
  fetch?: typeof fetch;
  /** Where the refresh token is: in an HttpOnly cookie, or in a store of the app. Default: `cookie`. */
  delivery?: 'cookie' | { tokens: TokenStore };
  /** Whether mutations send `x-csrf-token`, for cookies with SameSite=None. `auto`: once the gateway required it. */
  csrf?: 'auto' | boolean;
  /**
   * Whether the tabs of the browser share tokens and renewals. Default: true with a cookie. Sessions with a store share only
   * under a `name`. `lockTimeoutMs` limits the wait for another tab.
   */
  tabs?: boolean | { name?: string; lockTimeoutMs?: number };
  /** How long before its end a token is renewed. Default: 5 seconds, or a third of the lifetime if that is less. */
  renewAheadMs?: number;
  /** Time limit of one request. Default: 10 seconds. */
  timeoutMs?: number;
  /** Receives every event. */
  logger?: (event: AuthEvent) => void;
}

/** A session of one user with the gateway, shared by all tabs. Create one for an app. */
export interface AuthSession {
  /** The current state: the same object until something changes. */
  getState(): AuthState;
  /** The state on a server, which knows no session: `restoring`. */
  getServerState(): AuthState;
  /** Calls the listener after each change of the state. Returns the function that ends it. */
  subscribe(listener: () => void): () => void;
  /** Calls the listener for each event of a type. Returns the function that ends it. */
  on<K extends AuthEvent['type']>(type: K, listener: (event: Extract<AuthEvent, { type: K }>) => void): () => void;
  /** Finds out who is signed in; resolves once that is known or trouble is. Repeated calls share one result. */
  restore(): Promise<AuthState>;
  /** Returns a valid access token, for REST or a WebSocket; null if nobody is signed in. Throws AuthTroubleError. */
  token(): Promise<string | null>;
  /** Renews the access token now. */
  renew(): Promise<'renewed' | 'signed-out' | 'trouble'>;
  /**
   * Signs out. The state changes at once. `told` is false if the gateway could not be reached; the session then tells it
   * before the next refresh. `everywhere` also ends the user's other sessions, which requires a recent sign-in. If `told` is
   * false they may go on: it was refused, or the gateway could not be reached, and only this session's end is told later.
   */
  signOut(options?: { everywhere?: boolean }): Promise<{ told: boolean }>;
  /** Starts the session with the tokens of a sign-in that did not use Apollo Client. */
  accept(tokens: AuthTokensLike): Promise<void>;
  /** Ends requests, timers and the connection to other tabs. The state stays as it is. */
  close(): void;
}

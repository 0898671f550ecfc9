import type { ApolloLink } from '@apollo/client';
import type { AuthSession, AuthTokensLike } from '../auth-session.js';
import type { AuthTroubleError } from '../trouble.js';
import type { Exclusive } from './exclusive.js';

/** The outcome of a renewal. */
export type Outcome = 'renewed' | 'signed-out' | 'trouble';

/** What the link, the React entry and the fakes use of a session beside its public functions. */
export interface SessionCore extends AuthSession {
  readonly isCookie: boolean;
  /** Time limit of one request, in milliseconds. */
  readonly timeoutMs: number;
  /** The access token of now, whether or not it has expired. */
  accessToken(): string | null;
  /** The user of that token. */
  userId(): string | null;
  /** The current trouble as an error. */
  error(): AuthTroubleError;
  /** Renews unless the current token is another one than `stale` and still fresh. */
  renewFrom(stale: string | null): Promise<Outcome>;
  /** Runs work that changes the session, while nothing else changes it. */
  exclusive: Exclusive;
  /** Starts a session with the tokens of a sign-in. Only called inside `exclusive`. */
  take(tokens: AuthTokensLike): void;
  /** What takes the tokens of an operation that starts now. After a sign-out in between they are logged out instead. */
  taker(): (tokens: AuthTokensLike) => void;
  /** The gateway has ended the session for this reason. */
  leave(reason: 'logout' | 'deleted'): void;
  csrfHeader(): Promise<Record<string, string>>;
  renewCsrf(): Promise<boolean>;
  /** Registers what removes the data of a user. The state of another user is shown after it. */
  onLeave(clear: () => Promise<unknown>): () => void;
  /** Asks the user to verify again; set by `useReauthenticate`. */
  stepUp?: ((operation: ApolloLink.Operation) => Promise<boolean>) | undefined;
}

/** The inner functions of a session, which `createAuthSession` and the fakes of `./testing` have. */
export function coreOf(session: AuthSession): SessionCore {
  return session as SessionCore;
}

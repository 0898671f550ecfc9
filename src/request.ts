import type DataLoader from 'dataloader';
import type { Session } from './entities/session.js';
import type { LimitState } from './lib/rate-limiter.js';
import type { ProblemCode } from './problems.js';
import type { PageWindow } from './services/page.js';
import type { SessionPage } from './services/sessions/list-sessions.js';
import type { AccessClaims } from './services/tokens/access-tokens.js';
import type { UseCaseContext } from './services/use-case.js';
import type { UserRecord } from './services/users/find-user.js';

/**
 * Who asks. `rejected` held a token that is invalid, expired or revoked; a genuine one that is merely late still names its
 * session, which is enough to log out of it. `unverifiable` holds a token that cannot be judged while the database is away.
 */
export type Actor =
  | { kind: 'anonymous' }
  | { kind: 'rejected'; sessionId: string | null }
  | { kind: 'unverifiable' }
  | ({ kind: 'user' } & AccessClaims);

/** The cookie that carries a refresh token. */
export interface RefreshCookie {
  /** What the browser sent. */
  value: string | null;
  set(refreshToken: string, expiresAt: Date, rememberMe: boolean): void;
  clear(): void;
}

/** The cookie by which a browser is known again after its session has ended. */
export interface DeviceCookie {
  set(deviceToken: string): void;
}

/**
 * What a resolver gets: the use-cases' context and what belongs to GraphQL and HTTP. Apollo copies its own properties and
 * keeps its prototype, so it holds no private ones.
 */
export interface Context extends UseCaseContext {
  actor: Actor;
  refreshCookie: RefreshCookie;
  deviceCookie: DeviceCookie;
  /** Whether the request holds the router's secret, or none is asked for. */
  fromRouter: boolean;
  /** Tells the client of a limit that it met, in the answer's headers. */
  tellLimit(name: string, windowSeconds: number, state: LimitState): void;
  /** Counts a failure for the metrics. */
  countProblem(code: ProblemCode): void;
  loaders: {
    users: DataLoader<string, UserRecord | null>;
    sessions: DataLoader<string, Session | null>;
    /** The pages of many users that are asked for together. */
    sessionPages: DataLoader<{ userId: string; window: PageWindow }, SessionPage>;
    /** How many live sessions a user has. */
    sessionCounts: DataLoader<string, number>;
  };
}

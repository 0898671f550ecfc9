import type DataLoader from 'dataloader';
import type { Session } from './entities/session.js';
import type { LimitState } from './lib/rate-limiter.js';
import type { Problem, ProblemCode } from './problems.js';
import type { AuditFilter } from './services/admin/event-filter.js';
import type { KeysetWindow } from './services/admin/keyset.js';
import type { MailPage } from './services/admin/list-mails.js';
import type { SignInObstacle } from './services/admin/sign-in-obstacle.js';
import type { AuditEventPage } from './services/audit/list-events.js';
import type { PageWindow } from './services/page.js';
import type { ServiceCaller } from './services/service-clients/service-clients.js';
import type { SessionPage } from './services/sessions/list-sessions.js';
import type { AccessClaims } from './services/tokens/access-tokens.js';
import type { RefreshToken } from './services/tokens/refresh-tokens.js';
import type { UseCaseContext } from './services/use-case.js';
import type { UserRecord } from './services/users/find-user.js';

/**
 * The caller. `rejected` presented a token that is invalid, expired or revoked; a genuine token that has expired still names
 * its session, which is enough to log out of it. The token of `unverifiable` cannot be verified while the database is
 * unavailable.
 */
export type Actor =
  | { kind: 'anonymous' }
  | { kind: 'rejected'; sessionId: string | null }
  | { kind: 'unverifiable' }
  | ({ kind: 'user' } & AccessClaims);

/** The session of the actor's access token. */
export function currentSessionId(actor: Actor): string | null {
  return actor.kind === 'user' ? actor.sessionId : null;
}

/** The refresh token that a request presents. */
export interface PresentedSession {
  /** The way in which the client sends the token and receives the next one. */
  delivery: 'COOKIE' | 'BODY';
  isMissing: boolean;
  /** The content of a genuine token; it may be expired, rotated or revoked. */
  token: RefreshToken | undefined;
}

/** An access problem in the data of an answer. */
export interface AccessProblem {
  path: readonly (string | number)[];
  code: ProblemCode;
}

/** The cookie that carries a refresh token. */
export interface RefreshCookie {
  /** The value that the browser sent. */
  value: string | null;
  set(refreshToken: string, expiresAt: Date, rememberMe: boolean): void;
  clear(): void;
  /** Whether the answer sets the cookie, and the browser does not keep it. */
  isLost: boolean;
}

/** The cookie that identifies a browser after its session has ended. */
export interface DeviceCookie {
  set(deviceToken: string): void;
}

/** Loads users by id, each once in a request. */
export interface UserLoader {
  load(id: string): Promise<UserRecord | null>;
  /** Forgets a user, who has changed. */
  clear(id: string): UserLoader;
}

/** The headers that report limits to the client. */
interface LimitHeaders {
  /** Reports a limit that applied. */
  tell(name: string, windowSeconds: number, state: LimitState): void;
  /** Corrects a report, for a call that does not count after all. */
  tellUncounted(): void;
}

/**
 * The context of a resolver: that of the use-cases, and the parts of GraphQL and HTTP. Apollo copies its own properties and
 * keeps its prototype, so it has no private ones.
 */
export interface Context extends UseCaseContext {
  actor: Actor;
  /** The access problems in the data of the answer. */
  readonly accessProblems: AccessProblem[];
  /** The session whose refresh token is in the given input field, otherwise in the cookie; each token is read once. */
  presentedSession(fromInput: unknown): PresentedSession;
  refreshCookie: RefreshCookie;
  deviceCookie: DeviceCookie;
  /**
   * The service whose credential the request contains. Undefined without a valid one. `unverifiable` while the database is
   * unavailable.
   */
  service?: ServiceCaller | 'unverifiable' | undefined;
  /** Whether the request contains the router's secret, or none is required. */
  fromRouter: boolean;
  /** Whether the request contains the configured secret of the router. */
  hasRouterSecret: boolean;
  limitHeaders: LimitHeaders;
  /** Counts a failure for the metrics. */
  countProblem(code: ProblemCode): void;
  loaders: {
    users: UserLoader;
    sessions: DataLoader<string, Session | null>;
    /** Pages of many users that are requested together. */
    sessionPages: DataLoader<{ userId: string; window: PageWindow }, SessionPage>;
    /** The number of active sessions of a user. */
    sessionCounts: DataLoader<string, number>;
    /** What staff see of many accounts. */
    admin: {
      eventPages: DataLoader<
        { userId: string; filter: AuditFilter; window: KeysetWindow },
        AuditEventPage | Problem<'INPUT_INVALID'>
      >;
      mailPages: DataLoader<{ userId: string; window: KeysetWindow }, MailPage | Problem<'INPUT_INVALID'>>;
      /** What stands between a person and a session. */
      obstacles: DataLoader<string, SignInObstacle | null>;
      /** Records that the caller reads the details of an account, once in a request. */
      readings: DataLoader<string, void>;
    };
  };
}

import type { Actor, Context } from '../context.js';
import * as account from '../schema/account.js';
import * as login from '../schema/login.js';
import * as session from '../schema/session.js';
import * as user from '../schema/user.js';
import type { UserRecord } from '../services/accounts/find-user.js';
import type { MailAccepted } from '../services/accounts/resend-verification.js';
import type { SignupAccepted } from '../services/accounts/signup.js';
import type { EmailVerified } from '../services/accounts/verify-email.js';
import type { SessionStarted, SessionTokens } from '../services/sessions/create-session.js';
import type { SessionPage } from '../services/sessions/list-sessions.js';
import type { SessionRefreshed } from '../services/sessions/refresh.js';
import type { SessionRecord } from '../services/sessions/session-record.js';

/** How much of a user is shown: `full` to the user and to admins, `public` to everybody else. */
export type Viewer = 'full' | 'public';

/** How an actor stands to a user. */
export function viewerOf(actor: Actor, userId: string): Viewer {
  if (actor.kind !== 'user') return 'public';
  return actor.userId === userId || actor.role === 'admin' ? 'full' : 'public';
}

/** A user as the viewer may see them; what is hidden is null, so that it looks like what was never set. */
export function toUser(entity: UserRecord, viewer: Viewer): user.User {
  const visible = { id: entity.id, displayName: entity.displayName ?? null };
  const hidden = {
    email: entity.email,
    username: entity.username ?? null,
    role: entity.role,
    emailVerified: entity.emailVerifiedAt != null,
    emailVerifiedAt: entity.emailVerifiedAt ?? null,
    locale: entity.locale ?? null,
    timezone: entity.timezone ?? null,
    termsAcceptedAt: entity.termsAcceptedAt ?? null,
    privacyPolicyAcceptedAt: entity.privacyPolicyAcceptedAt ?? null,
    passwordChangedAt: entity.passwordChangedAt,
    createdAt: entity.createdAt,
  };
  return Object.assign(new user.User(), visible, viewer === 'full' ? hidden : {});
}

/** A session as its user sees it. */
export function toSession(entity: SessionRecord, currentSessionId: string | null): session.AuthSession {
  const { id, deviceType, rememberMe, createdAt, lastActivityAt, expiresAt } = entity;
  return Object.assign(new session.AuthSession(), {
    id,
    deviceType,
    rememberMe,
    createdAt,
    lastActivityAt,
    expiresAt,
    deviceName: entity.deviceName ?? null,
    browser: entity.browser ?? null,
    operatingSystem: entity.operatingSystem ?? null,
    ipAddress: entity.ipAddress ?? null,
    lastRotatedAt: entity.lastRotatedAt ?? null,
    isCurrent: id === currentSessionId,
  });
}

/** The session of the actor's token. */
export function currentSessionId(actor: Actor): string | null {
  return actor.kind === 'user' ? actor.sessionId : null;
}

/** A page of sessions as a Relay connection. */
export function toSessionConnection(page: SessionPage, actor: Actor): session.AuthSessionConnection {
  const edges = page.items.map(({ cursor, session: entity }) =>
    Object.assign(new session.AuthSessionEdge(), { cursor, node: toSession(entity, currentSessionId(actor)) }),
  );
  return Object.assign(new session.AuthSessionConnection(), {
    edges,
    nodes: edges.map((edge) => edge.node),
    totalCount: page.totalCount,
    pageInfo: {
      hasNextPage: page.hasNextPage,
      hasPreviousPage: page.hasPreviousPage,
      startCursor: edges.at(0)?.cursor ?? null,
      endCursor: edges.at(-1)?.cursor ?? null,
    },
  });
}

/** The tokens in the answer; with COOKIE the refresh token goes into the cookie and nowhere else. */
export function toTokens(tokens: SessionTokens, delivery: 'COOKIE' | 'BODY', context: Context): login.AuthTokens {
  const { access, refreshToken, refreshTokenExpiresAt, rememberMe } = tokens;
  if (delivery === 'COOKIE') context.refreshCookie.set(refreshToken, refreshTokenExpiresAt, rememberMe);
  return Object.assign(new login.AuthTokens(), {
    tokenType: 'Bearer',
    accessToken: access.token,
    expiresIn: access.expiresIn,
    accessTokenExpiresAt: access.expiresAt,
    refreshToken: delivery === 'BODY' ? refreshToken : null,
    refreshTokenExpiresAt,
  });
}

/** A session that began; its cookie is set on the way. */
export function toLoginSuccess(
  started: SessionStarted,
  delivery: 'COOKIE' | 'BODY',
  context: Context,
): login.LoginSuccess {
  return Object.assign(new login.LoginSuccess(), {
    tokens: toTokens(started.tokens, delivery, context),
    session: toSession(started.session, started.session.id),
    user: toUser(started.user, 'full'),
    firstLogin: started.firstLogin,
  });
}

/** A session that went on; its cookie is set on the way. */
export function toRefreshSuccess(
  refreshed: SessionRefreshed,
  delivery: 'COOKIE' | 'BODY',
  context: Context,
): login.RefreshSuccess {
  return Object.assign(new login.RefreshSuccess(), {
    tokens: toTokens(refreshed.tokens, delivery, context),
    session: toSession(refreshed.session, refreshed.session.id),
  });
}

/** A sign-up that was taken in. */
export function toSignupAccepted({ kind: _kind, ...accepted }: SignupAccepted): account.SignupAccepted {
  return Object.assign(new account.SignupAccepted(), accepted);
}

/** A request for a mail that was taken in. */
export function toMailAccepted({ kind: _kind, ...accepted }: MailAccepted): account.MailAccepted {
  return Object.assign(new account.MailAccepted(), accepted);
}

/** Whoever holds the code of an address may see its account. */
export function toEmailVerified({
  user: entity,
  exchangeToken,
  exchangeTokenExpiresAt,
}: EmailVerified): account.EmailVerified {
  return Object.assign(new account.EmailVerified(), {
    user: toUser(entity, 'full'),
    exchangeToken,
    exchangeTokenExpiresAt,
  });
}

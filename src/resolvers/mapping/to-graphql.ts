import type { Actor, Context } from '../../request.js';
import * as account from '../../schema/account.js';
import * as audit from '../../schema/audit.js';
import { RefreshSuccess } from '../../schema/held-session.js';
import { PageInfo } from '../../schema/pagination.js';
import * as session from '../../schema/session.js';
import * as login from '../../schema/sign-in.js';
import { AuthTokens } from '../../schema/tokens.js';
import * as twoFactor from '../../schema/two-factor.js';
import * as user from '../../schema/user.js';
import type { SignupAccepted } from '../../services/accounts/signup.js';
import type { EmailVerified } from '../../services/accounts/verify-email.js';
import type { AuditEventPage } from '../../services/audit/list-events.js';
import type { MailAccepted } from '../../services/mail-outbox/hand-over.js';
import type { Page } from '../../services/page.js';
import type { SessionTokens } from '../../services/sessions/create-session.js';
import { MULTI_FACTOR } from '../../services/sessions/effective-role.js';
import type { SessionPage } from '../../services/sessions/list-sessions.js';
import type { SessionRefreshed } from '../../services/sessions/refresh.js';
import type { SessionRecord } from '../../services/sessions/session-record.js';
import type { PasswordChangeRequired } from '../../services/sign-in/password-change-required.js';
import type { SignedIn } from '../../services/sign-in/sign-in.js';
import { readRefreshToken } from '../../services/tokens/refresh-tokens.js';
import type { TwoFactorRequired } from '../../services/two-factor/challenge.js';
import type { RecoveryCodes } from '../../services/two-factor/confirm-totp.js';
import type { TotpEnrolment } from '../../services/two-factor/enrol-totp.js';
import type { UserRecord } from '../../services/users/find-user.js';

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
    twoFactorEnabled: entity.twoFactorEnabledAt != null,
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
    city: entity.city ?? null,
    country: entity.country ?? null,
    lastRotatedAt: entity.lastRotatedAt ?? null,
    twoFactorVerified: entity.authenticationMethods.includes(MULTI_FACTOR),
    isCurrent: id === currentSessionId,
  });
}

/** The session of the actor's token. */
export function currentSessionId(actor: Actor): string | null {
  return actor.kind === 'user' ? actor.sessionId : null;
}

/** Where a page lies. */
function toPageInfo({ items, hasNextPage, hasPreviousPage }: Page<unknown>): PageInfo {
  const startCursor = items.at(0)?.cursor ?? null;
  const endCursor = items.at(-1)?.cursor ?? null;
  return Object.assign(new PageInfo(), { hasNextPage, hasPreviousPage, startCursor, endCursor });
}

/** A page of sessions as a Relay connection. */
export function toSessionConnection(page: SessionPage, actor: Actor): session.AuthSessionConnection {
  const edges = page.items.map(({ cursor, item: entity }) =>
    Object.assign(new session.AuthSessionEdge(), { cursor, node: toSession(entity, currentSessionId(actor)) }),
  );
  return Object.assign(new session.AuthSessionConnection(), {
    edges,
    nodes: edges.map((edge) => edge.node),
    userId: page.userId,
    pageInfo: toPageInfo(page),
  });
}

/** An event as a user may see it: where another one who was signed in sat is nobody's business. */
function toAuditEvent(entity: AuditEventPage['items'][number]['item'], viewerId: string): audit.AuditEvent {
  const { id, type, success, riskLevel, actorId, userId, requestId, metadata, createdAt } = entity;
  const ofAnother = actorId != null && actorId !== viewerId;
  return Object.assign(new audit.AuditEvent(), {
    id,
    type,
    success,
    riskLevel,
    createdAt,
    actorId: actorId ?? null,
    userId: userId ?? null,
    requestId: requestId ?? null,
    ipAddress: ofAnother ? null : (entity.ipAddress ?? null),
    userAgent: ofAnother ? null : (entity.userAgent ?? null),
    metadata: Object.keys(metadata).length === 0 ? null : JSON.stringify(metadata),
  });
}

/** A page of events as a Relay connection. */
export function toAuditEventConnection(page: AuditEventPage, viewerId: string): audit.AuditEventConnection {
  const edges = page.items.map(({ cursor, item }) =>
    Object.assign(new audit.AuditEventEdge(), { cursor, node: toAuditEvent(item, viewerId) }),
  );
  const nodes = edges.map((edge) => edge.node);
  return Object.assign(new audit.AuditEventConnection(), { edges, nodes, pageInfo: toPageInfo(page) });
}

/** The tokens in the answer; with COOKIE the refresh token goes into the cookie and nowhere else. */
export function toTokens(tokens: SessionTokens, delivery: 'COOKIE' | 'BODY', context: Context): AuthTokens {
  const { access, refreshToken, refreshTokenExpiresAt, rememberMe } = tokens;
  if (delivery === 'COOKIE') context.refreshCookie.set(refreshToken, refreshTokenExpiresAt, rememberMe);
  return Object.assign(new AuthTokens(), {
    tokenType: 'Bearer',
    accessToken: access.token,
    expiresIn: access.expiresIn,
    accessTokenExpiresAt: access.expiresAt,
    refreshToken: delivery === 'BODY' ? refreshToken : null,
    refreshTokenExpiresAt,
  });
}

/** How the tokens of the present session reach its client: in the cookie where that is how it holds them. */
export function deliveryOf(context: Context): 'COOKIE' | 'BODY' {
  const { value } = context.refreshCookie;
  const held = value === null ? undefined : readRefreshToken(context.secretKeys, value);
  return held !== undefined && held.sessionId === currentSessionId(context.actor) ? 'COOKIE' : 'BODY';
}

/** A session that began; its cookies are set on the way. */
function toLoginSuccess(started: SignedIn, delivery: 'COOKIE' | 'BODY', context: Context): login.LoginSuccess {
  const tokens = toTokens(started.tokens, delivery, context);
  const { deviceToken } = started;
  if (delivery === 'COOKIE' && deviceToken !== null) context.deviceCookie.set(deviceToken);
  return Object.assign(new login.LoginSuccess(), {
    tokens,
    session: toSession(started.session, started.session.id),
    user: toUser(started.user, 'full'),
    firstLogin: started.firstLogin,
    deviceToken: delivery === 'BODY' ? deviceToken : null,
  });
}

/** What a sign-in comes to, by any of its ways. */
export function toSignInResult(
  outcome: SignedIn | TwoFactorRequired | PasswordChangeRequired,
  delivery: 'COOKIE' | 'BODY',
  context: Context,
) {
  if (outcome.kind === 'session-started') return toLoginSuccess(outcome, delivery, context);
  const { kind: _kind, ...data } = outcome;
  if (outcome.kind === 'password-change-required') return Object.assign(new login.PasswordChangeRequired(), data);
  return Object.assign(new login.TwoFactorRequired(), data, { methods: ['TOTP', 'RECOVERY_CODE'] });
}

/** A session that went on; its cookie is set on the way. */
export function toRefreshSuccess(
  refreshed: SessionRefreshed,
  delivery: 'COOKIE' | 'BODY',
  context: Context,
): RefreshSuccess {
  return Object.assign(new RefreshSuccess(), {
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
  passwordChangeRequired,
}: EmailVerified): account.EmailVerified {
  return Object.assign(new account.EmailVerified(), {
    user: toUser(entity, 'full'),
    exchangeToken,
    exchangeTokenExpiresAt,
    passwordChangeRequired:
      passwordChangeRequired === null
        ? null
        : Object.assign(new login.PasswordChangeRequired(), passwordChangeRequired),
  });
}

/** An authenticator app that was begun; the one answer that holds its secret. */
export function toTotpEnrolment({ kind: _kind, ...enrolment }: TotpEnrolment): twoFactor.TotpEnrolment {
  return Object.assign(new twoFactor.TotpEnrolment(), enrolment);
}

/** New recovery codes; the one answer that holds them. */
export function toRecoveryCodes({ codes }: RecoveryCodes): twoFactor.RecoveryCodes {
  return Object.assign(new twoFactor.RecoveryCodes(), { codes });
}

import type { GraphQLResolveInfo } from 'graphql';
import { Arg, Args, Ctx, FieldResolver, ID, Info, Int, Mutation, Query, Resolver, Root } from 'type-graphql';
import { parseInput } from '../inputs/parse.js';
import { sessionInputs } from '../inputs/session.js';
import { isUuid } from '../lib/uuid.js';
import { isProblem, problem, RETRY_SECONDS } from '../problems.js';
import { type Context, currentSessionId } from '../request.js';
import { DEFAULT_PAGE_SIZE, PageArguments } from '../schema/pagination.js';
import {
  AuthSession,
  AuthSessionConnection,
  LogoutResult,
  LogoutSuccess,
  RefreshInput,
  RefreshResult,
  RefreshSuccess,
  ReportSessionInput,
  ReportSessionResult,
  RevokeOtherSessionsResult,
  RevokeSessionResult,
  SessionReported,
  SessionRevoked,
  SessionsRevoked,
} from '../schema/session.js';
import { User } from '../schema/user.js';
import { countCall } from '../services/admission.js';
import { readPage } from '../services/page.js';
import { issueCsrfToken } from '../services/sessions/csrf-token.js';
import { logout } from '../services/sessions/logout.js';
import { refresh } from '../services/sessions/refresh.js';
import { revokeOtherSessions, revokeSession } from '../services/sessions/revoke-session.js';
import { reportSession } from '../services/sign-in/report-session.js';
import { toSession, toSessionConnection } from './mapping/session.js';
import { toUser, viewerOf } from './mapping/user.js';
import { onceInRootField } from './once-in-root-field.js';
import { deliverTokens } from './token-delivery.js';

/** One page of a user's active sessions. */
export async function pageOfSessions(context: Context, info: GraphQLResolveInfo, userId: string, page: PageArguments) {
  const window = readPage({ first: page.first ?? DEFAULT_PAGE_SIZE, after: page.after ?? null });
  if (isProblem(window)) return window;
  return await onceInRootField(context, info, ['sessions', userId, window], async () =>
    toSessionConnection(await context.loaders.sessionPages.load({ userId, window }), context.actor),
  );
}

@Resolver()
export class SessionResolver {
  @Query(() => AuthSession, { nullable: true, description: "The session that this request's access token belongs to." })
  async currentSession(@Ctx() context: Context) {
    const id = currentSessionId(context.actor);
    const session = id === null ? null : await context.loaders.sessions.load(id);
    return session === null ? null : toSession(session, id);
  }

  @Query(() => AuthSessionConnection, { description: "The signed-in user's active sessions, newest first." })
  async mySessions(
    @Args(() => PageArguments) page: PageArguments,
    @Ctx() context: Context,
    @Info() info: GraphQLResolveInfo,
  ) {
    if (context.actor.kind !== 'user') return problem('UNAUTHENTICATED');
    return await pageOfSessions(context, info, context.actor.userId, page);
  }

  @Query(() => String, {
    description:
      'A token for the `x-csrf-token` header, bound to the session of the cookie; required if the cookie is SameSite=None.',
  })
  csrfToken(@Ctx() context: Context): string {
    return issueCsrfToken(context, context.presentedSession(null).token?.sessionId ?? null);
  }

  @Mutation(() => RefreshResult, {
    description:
      'Exchanges a refresh token for new tokens. Reusing a replaced token ends the session, with two exceptions in which it returns the current tokens: any replaced token during a short grace period, and the most recent one until its successor is first used.',
  })
  async refresh(
    @Arg('input', () => RefreshInput, { nullable: true, description: 'Omit to use the refresh-token cookie.' })
    input: RefreshInput | null,
    @Ctx() context: Context,
  ) {
    const { delivery, token } = context.presentedSession(input?.refreshToken);
    if (token === undefined) await countCall(context);
    const outcome = token === undefined ? problem('REFRESH_REJECTED') : await refresh(context, token);
    // The cookie is not cleared: the browser may have a newer one by now, which a response would remove too.
    if (isProblem(outcome)) return outcome;
    return Object.assign(new RefreshSuccess(), {
      tokens: deliverTokens(outcome.tokens, delivery, context),
      session: toSession(outcome.session, outcome.session.id),
      userId: outcome.userId,
    });
  }

  @Mutation(() => LogoutResult, {
    description: 'Ends the sessions of the access token and of the cookie. Succeeds even if the request has neither.',
  })
  async logout(@Ctx() context: Context) {
    // Users must not believe that they are signed out if their token could not be verified.
    if (context.actor.kind === 'unverifiable')
      return problem('TEMPORARILY_UNAVAILABLE', { retryAfterSeconds: RETRY_SECONDS });
    const presented = context.presentedSession(null).token?.sessionId ?? null;
    const sessionIds = ['sessionId' in context.actor ? context.actor.sessionId : null, presented];
    const outcome = await logout(
      context,
      sessionIds.filter((id) => id !== null),
    );
    context.refreshCookie.clear();
    return Object.assign(new LogoutSuccess(), { sessionId: outcome.sessionId });
  }

  @Mutation(() => RevokeSessionResult, {
    description:
      "Ends one of the signed-in user's sessions; requires a recent sign-in, except for the current session.",
  })
  async revokeSession(
    @Arg('id', () => ID, { description: 'The id of the session.' }) id: string,
    @Ctx() context: Context,
  ) {
    if (context.actor.kind !== 'user') return problem('UNAUTHENTICATED');
    if (!isUuid(id)) return problem('NOT_FOUND');
    const outcome = await revokeSession(context, context.actor, id.toLowerCase());
    return isProblem(outcome) ? outcome : Object.assign(new SessionRevoked(), { sessionId: outcome.sessionId });
  }

  @Mutation(() => RevokeOtherSessionsResult, {
    description: "Ends all of the signed-in user's sessions except the current one; requires a recent sign-in.",
  })
  async revokeOtherSessions(@Ctx() context: Context) {
    if (context.actor.kind !== 'user') return problem('UNAUTHENTICATED');
    const outcome = await revokeOtherSessions(context, context.actor);
    return isProblem(outcome)
      ? outcome
      : Object.assign(new SessionsRevoked(), { count: outcome.sessionIds.length, sessionIds: outcome.sessionIds });
  }

  @Mutation(() => ReportSessionResult, {
    description:
      'Reports a sign-in the user does not recognise, using the token from the new-device email: every session ends, the password stops working, and a password reset is sent.',
  })
  async reportSession(
    @Arg('input', () => ReportSessionInput, { description: 'The token from the link.' }) input: ReportSessionInput,
    @Ctx() context: Context,
  ) {
    const outcome = await reportSession(context, parseInput(sessionInputs.reportSession, input));
    if (isProblem(outcome)) return outcome;
    const { kind: _kind, ...reported } = outcome;
    return Object.assign(new SessionReported(), reported);
  }
}

@Resolver(() => User)
export class UserSessionsResolver {
  @FieldResolver(() => AuthSessionConnection, { nullable: true, description: 'The active sessions, newest first.' })
  async sessions(
    @Root() user: User,
    @Args(() => PageArguments) page: PageArguments,
    @Ctx() context: Context,
    @Info() info: GraphQLResolveInfo,
  ) {
    return viewerOf(context.actor, user.id) === 'full' ? await pageOfSessions(context, info, user.id, page) : null;
  }
}

@Resolver(() => AuthSessionConnection)
export class SessionCountResolver {
  @FieldResolver(() => Int, { description: 'Number of active sessions.' })
  async totalCount(
    @Root() { userId }: AuthSessionConnection,
    @Ctx() context: Context,
    @Info() info: GraphQLResolveInfo,
  ) {
    return await onceInRootField(context, info, ['session-count', userId], () =>
      context.loaders.sessionCounts.load(userId),
    );
  }
}

@Resolver(() => RefreshSuccess)
export class RefreshedUserResolver {
  @FieldResolver(() => User, { description: 'The signed-in user.' })
  async user(@Root() { userId }: RefreshSuccess, @Ctx() context: Context) {
    const user = await context.loaders.users.clear(userId).load(userId);
    return user === null ? problem('UNAUTHENTICATED') : toUser(user, 'full');
  }
}

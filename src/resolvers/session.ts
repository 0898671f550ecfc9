import type { GraphQLResolveInfo } from 'graphql';
import { Arg, Args, Ctx, FieldResolver, ID, Info, Int, Mutation, Query, Resolver, Root } from 'type-graphql';
import { inputRules, parseInput } from '../inputs/rules.js';
import { isUuid } from '../lib/uuid.js';
import { isProblem, problem } from '../problems.js';
import type { Context } from '../request.js';
import {
  LogoutResult,
  LogoutSuccess,
  Reauthenticated,
  ReauthenticateInput,
  ReauthenticateResult,
  RefreshInput,
  RefreshResult,
  RevokeOtherSessionsResult,
  RevokeSessionResult,
  SessionRevoked,
  SessionsRevoked,
} from '../schema/held-session.js';
import { DEFAULT_PAGE_SIZE, PageArguments } from '../schema/pagination.js';
import { AuthSession, AuthSessionConnection } from '../schema/session.js';
import {
  CompleteTwoFactorInput,
  CompleteTwoFactorResult,
  ExchangeTokenInput,
  ExchangeTokenResult,
  LoginInput,
  LoginResult,
} from '../schema/sign-in.js';
import { User } from '../schema/user.js';
import { readPage } from '../services/page.js';
import { issueCsrfToken } from '../services/sessions/csrf-token.js';
import { logout } from '../services/sessions/logout.js';
import { refresh } from '../services/sessions/refresh.js';
import { revokeOtherSessions, revokeSession } from '../services/sessions/revoke-session.js';
import { completeTwoFactor } from '../services/sign-in/complete-two-factor.js';
import { exchangeToken } from '../services/sign-in/exchange-token.js';
import { login } from '../services/sign-in/login.js';
import { reauthenticate } from '../services/sign-in/reauthenticate.js';
import {
  currentSessionId,
  deliveryOf,
  toRefreshSuccess,
  toSession,
  toSessionConnection,
  toSignInResult,
  toTokens,
  viewerOf,
} from './mapping/to-graphql.js';
import { onceInRequest } from './once-in-request.js';

async function pageOfSessions(context: Context, info: GraphQLResolveInfo, userId: string, page: PageArguments) {
  const window = readPage({ first: page.first ?? DEFAULT_PAGE_SIZE, after: page.after ?? null });
  if (isProblem(window)) return window;
  return await onceInRequest(context, info, ['sessions', userId, window], async () =>
    toSessionConnection(await context.loaders.sessionPages.load({ userId, window }), context.actor),
  );
}

/** What a sign-in holds already: a browser in its cookies, another client in its input. */
function heldBy(
  context: Context,
  input: { tokenDelivery: 'COOKIE' | 'BODY'; deviceToken?: string | null | undefined },
) {
  return input.tokenDelivery === 'COOKIE'
    ? { deviceToken: context.client.deviceToken, heldRefreshToken: context.refreshCookie.value }
    : { deviceToken: input.deviceToken ?? null, heldRefreshToken: null };
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
      'A token for the `x-csrf-token` header, bound to the session of the cookie; required if the cookie is SameSite=None. Limit: 100 per hour per client.',
  })
  csrfToken(@Ctx() context: Context): string {
    return issueCsrfToken(context, context.refreshCookie.value);
  }

  @Mutation(() => LoginResult, {
    description: 'Signs in with a password. Limit: 25 per hour per client and 10 per account.',
  })
  async login(
    @Arg('input', () => LoginInput, { description: 'The credentials.' }) input: LoginInput,
    @Ctx() context: Context,
  ) {
    const { deviceName = null, ...rest } = parseInput(inputRules.login, input);
    const outcome = await login(context, { ...rest, deviceName, ...heldBy(context, rest) });
    return isProblem(outcome) ? outcome : toSignInResult(outcome, rest.tokenDelivery, context);
  }

  @Mutation(() => ExchangeTokenResult, {
    description: 'Exchanges the one-time token from `verifyEmail` for a session. Limit: 10 per hour per client.',
  })
  async exchangeToken(
    @Arg('input', () => ExchangeTokenInput, { description: 'The token from `verifyEmail` or `verifyEmailWithToken`.' })
    input: ExchangeTokenInput,
    @Ctx() context: Context,
  ) {
    const { deviceName = null, ...rest } = parseInput(inputRules.exchangeToken, input);
    const outcome = await exchangeToken(context, { ...rest, deviceName, ...heldBy(context, rest) });
    return isProblem(outcome) ? outcome : toSignInResult(outcome, rest.tokenDelivery, context);
  }

  @Mutation(() => CompleteTwoFactorResult, {
    description:
      'Completes a sign-in with the second factor. The tokens are delivered as requested in the first step. Limit: 25 per hour per client.',
  })
  async completeTwoFactor(
    @Arg('input', () => CompleteTwoFactorInput, { description: 'The challenge and a code for it.' })
    input: CompleteTwoFactorInput,
    @Ctx() context: Context,
  ) {
    const heldRefreshToken = context.refreshCookie.value;
    const { deviceToken = null, ...parsed } = parseInput(inputRules.completeTwoFactor, input);
    const outcome = await completeTwoFactor(context, { ...parsed, deviceToken, heldRefreshToken });
    if (isProblem(outcome)) return outcome;
    return toSignInResult(outcome, outcome.kind === 'session-started' ? outcome.tokenDelivery : 'BODY', context);
  }

  @Mutation(() => ReauthenticateResult, {
    description:
      'Verifies the signed-in user again, for operations that return REAUTHENTICATION_REQUIRED. A new session replaces the current one. Limit: 10 per hour per user.',
  })
  async reauthenticate(
    @Arg('input', () => ReauthenticateInput, { description: "The credentials that confirm the user's identity." })
    input: ReauthenticateInput,
    @Ctx() context: Context,
  ) {
    if (context.actor.kind !== 'user') return problem('UNAUTHENTICATED');
    const { userId, sessionId } = context.actor;
    const { password, code = null } = parseInput(inputRules.allFactors, input);
    const delivery = deliveryOf(context);
    const outcome = await reauthenticate(context, { userId, sessionId, password, code });
    if (isProblem(outcome)) return outcome;
    const tokens = toTokens(outcome.started.tokens, delivery, context);
    return Object.assign(new Reauthenticated(), { tokens, validUntil: outcome.validUntil });
  }

  @Mutation(() => RefreshResult, {
    description:
      'Returns new tokens for a session. Reusing a rotated token ends the session, except during a short grace period, when it returns the same successor. Limit: 60 per hour per session.',
  })
  async refresh(
    @Arg('input', () => RefreshInput, { nullable: true, description: 'Omit to use the refresh-token cookie.' })
    input: RefreshInput | null,
    @Ctx() context: Context,
  ) {
    const delivery = typeof input?.refreshToken === 'string' ? 'BODY' : 'COOKIE';
    const refreshToken = input?.refreshToken ?? context.refreshCookie.value;
    const outcome = refreshToken === null ? problem('REFRESH_REJECTED') : await refresh(context, { refreshToken });
    if (!isProblem(outcome)) return toRefreshSuccess(outcome, delivery, context);
    if (delivery === 'COOKIE') context.refreshCookie.clear();
    return outcome;
  }

  @Mutation(() => LogoutResult, {
    description: 'Ends the session of the access token and that of the cookie. Succeeds without either.',
  })
  async logout(@Ctx() context: Context) {
    // Nobody may believe to be signed out by a token that could not be read.
    if (context.actor.kind === 'unverifiable') return problem('TEMPORARILY_UNAVAILABLE', { retryAfterSeconds: null });
    const sessionId = 'sessionId' in context.actor ? context.actor.sessionId : null;
    const outcome = await logout(context, { sessionId, refreshToken: context.refreshCookie.value });
    context.refreshCookie.clear();
    return Object.assign(new LogoutSuccess(), { sessionId: outcome.sessionId });
  }

  @Mutation(() => RevokeSessionResult, {
    description:
      "Ends one of the signed-in user's sessions; requires a recent sign-in, except for the current session. Limit: 30 per hour per user.",
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
    description:
      "Ends all of the signed-in user's sessions except the current one; requires a recent sign-in. Limit: 10 per hour per user.",
  })
  async revokeOtherSessions(@Ctx() context: Context) {
    if (context.actor.kind !== 'user') return problem('UNAUTHENTICATED');
    const outcome = await revokeOtherSessions(context, context.actor);
    return isProblem(outcome) ? outcome : Object.assign(new SessionsRevoked(), { count: outcome.count });
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
    return await onceInRequest(context, info, ['session-count', userId], () =>
      context.loaders.sessionCounts.load(userId),
    );
  }
}

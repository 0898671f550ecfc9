import type { GraphQLResolveInfo } from 'graphql';
import { Arg, Args, Ctx, FieldResolver, ID, Info, Int, Mutation, Query, Resolver, Root } from 'type-graphql';
import type { Context } from '../context.js';
import { isUuid } from '../lib/uuid.js';
import { isProblem, problem } from '../problems.js';
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
import {
  CompleteTwoFactorInput,
  CompleteTwoFactorResult,
  ExchangeTokenInput,
  ExchangeTokenResult,
  LoginInput,
  LoginResult,
} from '../schema/login.js';
import { DEFAULT_PAGE_SIZE, PageArguments } from '../schema/pagination.js';
import { AuthSession, AuthSessionConnection } from '../schema/session.js';
import { User } from '../schema/user.js';
import { readPage } from '../services/page.js';
import { completeTwoFactor } from '../services/sessions/complete-two-factor.js';
import { issueCsrfToken } from '../services/sessions/csrf-token.js';
import { exchangeToken } from '../services/sessions/exchange-token.js';
import { login } from '../services/sessions/login.js';
import { logout } from '../services/sessions/logout.js';
import { reauthenticate } from '../services/sessions/reauthenticate.js';
import { refresh } from '../services/sessions/refresh.js';
import { revokeOtherSessions, revokeSession } from '../services/sessions/revoke-session.js';
import { inputRules, parseInput } from './inputs.js';
import { onceInRequest } from './once-in-request.js';
import {
  currentSessionId,
  deliveryOf,
  toRefreshSuccess,
  toSession,
  toSessionConnection,
  toSignInResult,
  toTokens,
  viewerOf,
} from './to-graphql.js';

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
  @Query(() => AuthSession, { nullable: true, description: "The session of this request's access token." })
  async currentSession(@Ctx() context: Context) {
    const id = currentSessionId(context.actor);
    const session = id === null ? null : await context.loaders.sessions.load(id);
    return session === null ? null : toSession(session, id);
  }

  @Query(() => AuthSessionConnection, { description: 'The live sessions of whoever is signed in, newest first.' })
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
      'A token for the `x-csrf-token` header, bound to the session of the cookie; needed where the cookie is SameSite=None. 100 an hour for each client.',
  })
  csrfToken(@Ctx() context: Context): string {
    return issueCsrfToken(context, context.refreshCookie.value);
  }

  @Mutation(() => LoginResult, {
    description: 'Signs in by password. 25 an hour for each client and 10 for each account.',
  })
  async login(
    @Arg('input', () => LoginInput, { description: 'Who signs in.' }) input: LoginInput,
    @Ctx() context: Context,
  ) {
    const { deviceName = null, ...rest } = parseInput(inputRules.login, input);
    const outcome = await login(context, { ...rest, deviceName, ...heldBy(context, rest) });
    return isProblem(outcome) ? outcome : toSignInResult(outcome, rest.tokenDelivery, context);
  }

  @Mutation(() => ExchangeTokenResult, {
    description: 'Makes the session of a verified address, once. 10 an hour for each client.',
  })
  async exchangeToken(
    @Arg('input', () => ExchangeTokenInput, { description: 'The token that verifying gave.' })
    input: ExchangeTokenInput,
    @Ctx() context: Context,
  ) {
    const { deviceName = null, ...rest } = parseInput(inputRules.exchangeToken, input);
    const outcome = await exchangeToken(context, { ...rest, deviceName, ...heldBy(context, rest) });
    return isProblem(outcome) ? outcome : toSignInResult(outcome, rest.tokenDelivery, context);
  }

  @Mutation(() => CompleteTwoFactorResult, {
    description:
      'The second step of a sign-in: proves the second factor. The tokens are delivered as the first step asked. 25 an hour for each client.',
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
      'Proves again who is signed in, for operations that answer REAUTHENTICATION_REQUIRED. A new session takes the place of the present one. 10 an hour for each user.',
  })
  async reauthenticate(
    @Arg('input', () => ReauthenticateInput, { description: 'The proof.' }) input: ReauthenticateInput,
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
      'Gives the next tokens of a session. A token that was used up ends its session, but for a short while after its use, when it gives the same answer again. 60 an hour for each session.',
  })
  async refresh(
    @Arg('input', () => RefreshInput, { nullable: true, description: 'Absent: the cookie.' })
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
    description: 'Ends the session of the access token and of the cookie. Works without either.',
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
      'Ends one of the own sessions; asks for a recent sign-in, but for the present one. 30 an hour for each user.',
  })
  async revokeSession(@Arg('id', () => ID, { description: 'Which one.' }) id: string, @Ctx() context: Context) {
    if (context.actor.kind !== 'user') return problem('UNAUTHENTICATED');
    if (!isUuid(id)) return problem('NOT_FOUND');
    const outcome = await revokeSession(context, context.actor, id.toLowerCase());
    return isProblem(outcome) ? outcome : Object.assign(new SessionRevoked(), { sessionId: outcome.sessionId });
  }

  @Mutation(() => RevokeOtherSessionsResult, {
    description: 'Ends all of the own sessions but this one; asks for a recent sign-in. 10 an hour for each user.',
  })
  async revokeOtherSessions(@Ctx() context: Context) {
    if (context.actor.kind !== 'user') return problem('UNAUTHENTICATED');
    const outcome = await revokeOtherSessions(context, context.actor);
    return isProblem(outcome) ? outcome : Object.assign(new SessionsRevoked(), { count: outcome.count });
  }
}

@Resolver(() => User)
export class UserSessionsResolver {
  @FieldResolver(() => AuthSessionConnection, { nullable: true, description: 'The live sessions, newest first.' })
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
  @FieldResolver(() => Int, { description: 'How many live sessions there are.' })
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

import { Arg, Ctx, Mutation, Resolver } from 'type-graphql';
import { parseInput } from '../inputs/parse.js';
import { signInInputs } from '../inputs/sign-in.js';
import { isProblem, problem } from '../problems.js';
import type { Context } from '../request.js';
import {
  CompleteTwoFactorInput,
  CompleteTwoFactorResult,
  ExchangeTokenInput,
  ExchangeTokenResult,
  LoginInput,
  LoginResult,
  Reauthenticated,
  ReauthenticateInput,
  ReauthenticateResult,
} from '../schema/sign-in.js';
import { completeTwoFactor } from '../services/sign-in/complete-two-factor.js';
import { exchangeToken } from '../services/sign-in/exchange-token.js';
import { login } from '../services/sign-in/login.js';
import { reauthenticate } from '../services/sign-in/reauthenticate.js';
import { toSession } from './mapping/session.js';
import { toSignInResult } from './mapping/sign-in.js';
import { toUser } from './mapping/user.js';
import { currentDelivery, deliverTokens, signInClient } from './token-delivery.js';

@Resolver()
export class SignInResolver {
  @Mutation(() => LoginResult, {
    description: 'Signs in with a password.',
  })
  async login(
    @Arg('input', () => LoginInput, { description: 'The credentials.' }) input: LoginInput,
    @Ctx() context: Context,
  ) {
    const { deviceName = null, ...rest } = parseInput(signInInputs.login, input);
    const outcome = await login(context, { ...rest, deviceName, ...signInClient(context, rest.tokenDelivery, rest) });
    return isProblem(outcome) ? outcome : toSignInResult(outcome, rest.tokenDelivery, context);
  }

  @Mutation(() => ExchangeTokenResult, {
    description: 'Exchanges the one-time token from `verifyEmail` for a session.',
  })
  async exchangeToken(
    @Arg('input', () => ExchangeTokenInput, { description: 'The token from `verifyEmail` or `verifyEmailWithToken`.' })
    input: ExchangeTokenInput,
    @Ctx() context: Context,
  ) {
    const { deviceName = null, ...rest } = parseInput(signInInputs.exchangeToken, input);
    const outcome = await exchangeToken(context, {
      ...rest,
      deviceName,
      ...signInClient(context, rest.tokenDelivery, rest),
    });
    return isProblem(outcome) ? outcome : toSignInResult(outcome, rest.tokenDelivery, context);
  }

  @Mutation(() => CompleteTwoFactorResult, {
    description: 'Completes a sign-in with the second factor. The tokens are delivered as requested in the first step.',
  })
  async completeTwoFactor(
    @Arg('input', () => CompleteTwoFactorInput, { description: 'The challenge and a code for it.' })
    input: CompleteTwoFactorInput,
    @Ctx() context: Context,
  ) {
    const { challenge, code, ...device } = parseInput(signInInputs.completeTwoFactor, input);
    const outcome = await completeTwoFactor(context, {
      ...{ challenge, code },
      clientOf: ({ tokenDelivery }) => signInClient(context, tokenDelivery, device),
    });
    if (isProblem(outcome)) return outcome;
    return toSignInResult(outcome, outcome.kind === 'session-started' ? outcome.tokenDelivery : 'BODY', context);
  }

  @Mutation(() => ReauthenticateResult, {
    description:
      'Verifies the signed-in user again, for operations that return REAUTHENTICATION_REQUIRED. A new session replaces the current one.',
  })
  async reauthenticate(
    @Arg('input', () => ReauthenticateInput, { description: "The credentials that confirm the user's identity." })
    input: ReauthenticateInput,
    @Ctx() context: Context,
  ) {
    if (context.actor.kind !== 'user') return problem('UNAUTHENTICATED');
    const { userId, sessionId } = context.actor;
    const { password, code = null } = parseInput(signInInputs.reauthenticate, input);
    const delivery = currentDelivery(context);
    const outcome = await reauthenticate(context, { userId, sessionId, password, code });
    if (isProblem(outcome)) return outcome;
    const tokens = deliverTokens(outcome.started.tokens, delivery, context);
    const { session, user } = outcome.started;
    return Object.assign(new Reauthenticated(), {
      tokens,
      validUntil: outcome.validUntil,
      session: toSession(session, session.id),
      user: toUser(user, 'full'),
    });
  }
}

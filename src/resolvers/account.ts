import { Arg, Ctx, Mutation, Query, Resolver } from 'type-graphql';
import { inputRules, parseInput } from '../inputs/rules.js';
import { isProblem } from '../problems.js';
import type { Context } from '../request.js';
import {
  AuthConfig,
  ResendVerificationInput,
  ResendVerificationResult,
  SignupInput,
  SignupResult,
  VerifyEmailInput,
  VerifyEmailResult,
  VerifyEmailWithTokenInput,
} from '../schema/account.js';
import { User } from '../schema/user.js';
import { authConfig } from '../services/accounts/auth-config.js';
import { resendVerification } from '../services/accounts/resend-verification.js';
import { signup } from '../services/accounts/signup.js';
import { verifyEmail, verifyEmailWithToken } from '../services/accounts/verify-email.js';
import { toEmailVerified, toMailAccepted, toSignupAccepted, toUser } from './mapping/to-graphql.js';

@Resolver()
export class AccountResolver {
  @Query(() => User, { nullable: true, description: 'The signed-in user; null if nobody is signed in.' })
  async me(@Ctx() context: Context) {
    if (context.actor.kind !== 'user') return null;
    const user = await context.loaders.users.load(context.actor.userId);
    return user === null ? null : toUser(user, 'full');
  }

  @Query(() => AuthConfig, { description: "The gateway's rules, for forms. Limit: 100 per hour per client." })
  authConfig(@Ctx() context: Context): AuthConfig {
    return Object.assign(new AuthConfig(), authConfig(context));
  }

  @Mutation(() => SignupResult, {
    description:
      'Creates an account and sends a code to its address. Never reveals whether the address already had an account. Limit: 5 per hour per client.',
  })
  async signup(
    @Arg('input', () => SignupInput, { description: 'Details of the new account.' }) input: SignupInput,
    @Ctx() context: Context,
  ) {
    const outcome = await signup(context, parseInput(inputRules.signup, input));
    return isProblem(outcome) ? outcome : toSignupAccepted(outcome);
  }

  @Mutation(() => VerifyEmailResult, {
    description:
      'Verifies an address with its code, and returns a token for one session. Limit: 10 per hour per client.',
  })
  async verifyEmail(
    @Arg('input', () => VerifyEmailInput, { description: 'The address and the code sent to it.' })
    input: VerifyEmailInput,
    @Ctx() context: Context,
  ) {
    const outcome = await verifyEmail(context, parseInput(inputRules.verifyEmail, input));
    return isProblem(outcome) ? outcome : toEmailVerified(outcome);
  }

  @Mutation(() => VerifyEmailResult, {
    description:
      'Verifies an address with the token of the link, and returns a token for one session. Limit: 10 per hour per client.',
  })
  async verifyEmailWithToken(
    @Arg('input', () => VerifyEmailWithTokenInput, { description: 'The token from the link.' })
    input: VerifyEmailWithTokenInput,
    @Ctx() context: Context,
  ) {
    const outcome = await verifyEmailWithToken(context, parseInput(inputRules.verifyEmailWithToken, input));
    return isProblem(outcome) ? outcome : toEmailVerified(outcome);
  }

  @Mutation(() => ResendVerificationResult, {
    description:
      'Sends a verification code again. The answer is the same for every address. Limit: 5 per hour per client, and the mail budget of the address.',
  })
  async resendVerification(
    @Arg('input', () => ResendVerificationInput, { description: 'The address.' }) input: ResendVerificationInput,
    @Ctx() context: Context,
  ) {
    return toMailAccepted(await resendVerification(context, parseInput(inputRules.resendVerification, input)));
  }
}

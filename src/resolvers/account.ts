import { Arg, Ctx, Mutation, Query, Resolver } from 'type-graphql';
import type { Context } from '../context.js';
import { isProblem } from '../problems.js';
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
import { inputRules, parseInput } from './inputs.js';
import { toEmailVerified, toMailAccepted, toSignupAccepted, toUser } from './to-graphql.js';

@Resolver()
export class AccountResolver {
  @Query(() => User, { nullable: true, description: 'Who is signed in; null when nobody is.' })
  async me(@Ctx() context: Context) {
    if (context.actor.kind !== 'user') return null;
    const user = await context.loaders.users.load(context.actor.userId);
    return user === null ? null : toUser(user, 'full');
  }

  @Query(() => AuthConfig, { description: "The gateway's own rules, for forms. 100 an hour for each client." })
  authConfig(@Ctx() context: Context): AuthConfig {
    return Object.assign(new AuthConfig(), authConfig(context));
  }

  @Mutation(() => SignupResult, {
    description:
      'Makes an account and mails a code to its address. Never tells whether the address had one. 5 an hour for each client.',
  })
  async signup(
    @Arg('input', () => SignupInput, { description: 'Who signs up.' }) input: SignupInput,
    @Ctx() context: Context,
  ) {
    const outcome = await signup(context, parseInput(inputRules.signup, input));
    return isProblem(outcome) ? outcome : toSignupAccepted(outcome);
  }

  @Mutation(() => VerifyEmailResult, {
    description: 'Proves an address by its code, and gives a token for one session. 10 an hour for each client.',
  })
  async verifyEmail(
    @Arg('input', () => VerifyEmailInput, { description: 'The address and its code.' }) input: VerifyEmailInput,
    @Ctx() context: Context,
  ) {
    const outcome = await verifyEmail(context, parseInput(inputRules.verifyEmail, input));
    return isProblem(outcome) ? outcome : toEmailVerified(outcome);
  }

  @Mutation(() => VerifyEmailResult, {
    description:
      'Proves an address by the token of its link, and gives a token for one session. 10 an hour for each client.',
  })
  async verifyEmailWithToken(
    @Arg('input', () => VerifyEmailWithTokenInput, { description: 'The token of the link.' })
    input: VerifyEmailWithTokenInput,
    @Ctx() context: Context,
  ) {
    const outcome = await verifyEmailWithToken(context, parseInput(inputRules.verifyEmailWithToken, input));
    return isProblem(outcome) ? outcome : toEmailVerified(outcome);
  }

  @Mutation(() => ResendVerificationResult, {
    description:
      'Mails a new code, which ends the one before. The same answer for every address. 5 an hour for each client and address.',
  })
  async resendVerification(
    @Arg('input', () => ResendVerificationInput, { description: 'The address.' }) input: ResendVerificationInput,
    @Ctx() context: Context,
  ) {
    return toMailAccepted(await resendVerification(context, parseInput(inputRules.resendVerification, input)));
  }
}

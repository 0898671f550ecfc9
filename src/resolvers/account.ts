import { Arg, Ctx, Mutation, Query, Resolver } from 'type-graphql';
import { accountInputs } from '../inputs/account.js';
import { parseInput } from '../inputs/parse.js';
import { isProblem, problem } from '../problems.js';
import type { Context } from '../request.js';
import {
  AccountDeleted,
  DeleteAccountInput,
  DeleteAccountResult,
  ProfileUpdated,
  ResendVerificationInput,
  ResendVerificationResult,
  SignupInput,
  SignupResult,
  UpdateProfileInput,
  UpdateProfileResult,
  VerifyEmailInput,
  VerifyEmailResult,
  VerifyEmailWithTokenInput,
} from '../schema/account.js';
import { AuthConfig } from '../schema/auth-config.js';
import { User } from '../schema/user.js';
import { authConfig } from '../services/accounts/auth-config.js';
import { deleteAccount } from '../services/accounts/delete-account.js';
import { resendVerification } from '../services/accounts/resend-verification.js';
import { signup } from '../services/accounts/signup.js';
import { updateProfile } from '../services/accounts/update-profile.js';
import { verifyEmail, verifyEmailWithToken } from '../services/accounts/verify-email.js';
import { toEmailVerified, toMailAccepted, toSignupAccepted } from './mapping/account.js';
import { toUser } from './mapping/user.js';

@Resolver()
export class AccountResolver {
  @Query(() => User, { nullable: true, description: 'The signed-in user; null if nobody is signed in.' })
  async me(@Ctx() context: Context) {
    if (context.actor.kind !== 'user') return null;
    const user = await context.loaders.users.load(context.actor.userId);
    return user === null ? null : toUser(user, 'full');
  }

  @Query(() => AuthConfig, { description: "The gateway's rules, for validating forms." })
  authConfig(@Ctx() context: Context): AuthConfig {
    return Object.assign(new AuthConfig(), authConfig(context));
  }

  @Mutation(() => SignupResult, {
    description:
      'Creates an account and sends a code to its address. Never reveals whether the address already had an account.',
  })
  async signup(
    @Arg('input', () => SignupInput, { description: 'Details of the new account.' }) input: SignupInput,
    @Ctx() context: Context,
  ) {
    const outcome = await signup(context, parseInput(accountInputs.signup, input));
    return isProblem(outcome) ? outcome : toSignupAccepted(outcome);
  }

  @Mutation(() => VerifyEmailResult, {
    description: 'Verifies an address with its code, and returns a token for one session.',
  })
  async verifyEmail(
    @Arg('input', () => VerifyEmailInput, { description: 'The address and the code sent to it.' })
    input: VerifyEmailInput,
    @Ctx() context: Context,
  ) {
    const outcome = await verifyEmail(context, parseInput(accountInputs.verifyEmail, input));
    return isProblem(outcome) ? outcome : toEmailVerified(outcome);
  }

  @Mutation(() => VerifyEmailResult, {
    description: 'Verifies an address with the token of the link, and returns a token for one session.',
  })
  async verifyEmailWithToken(
    @Arg('input', () => VerifyEmailWithTokenInput, { description: 'The token from the link.' })
    input: VerifyEmailWithTokenInput,
    @Ctx() context: Context,
  ) {
    const outcome = await verifyEmailWithToken(context, parseInput(accountInputs.verifyEmailWithToken, input));
    return isProblem(outcome) ? outcome : toEmailVerified(outcome);
  }

  @Mutation(() => ResendVerificationResult, {
    description: 'Sends another verification code. The response is the same for every address.',
  })
  async resendVerification(
    @Arg('input', () => ResendVerificationInput, { description: 'The address.' }) input: ResendVerificationInput,
    @Ctx() context: Context,
  ) {
    return toMailAccepted(await resendVerification(context, parseInput(accountInputs.resendVerification, input)));
  }

  @Mutation(() => UpdateProfileResult, {
    description: "Updates the signed-in user's name, username, language or time zone.",
  })
  async updateProfile(
    @Arg('input', () => UpdateProfileInput, { description: 'The fields to update.' }) input: UpdateProfileInput,
    @Ctx() context: Context,
  ) {
    const { actor } = context;
    if (actor.kind !== 'user') return problem('UNAUTHENTICATED');
    const change = parseInput(accountInputs.updateProfile, input);
    const outcome = await updateProfile(context, { userId: actor.userId, change });
    return isProblem(outcome) ? outcome : Object.assign(new ProfileUpdated(), { user: toUser(outcome.user, 'full') });
  }

  @Mutation(() => DeleteAccountResult, {
    description:
      "Permanently deletes the signed-in user's account. Requires a recent sign-in, the password, and a code if the second factor is on. Returns CONFLICT for the last admin.",
  })
  async deleteAccount(
    @Arg('input', () => DeleteAccountInput, { description: "The credentials that confirm the user's identity." })
    input: DeleteAccountInput,
    @Ctx() context: Context,
  ) {
    const { actor } = context;
    if (actor.kind !== 'user') return problem('UNAUTHENTICATED');
    const { userId, sessionId } = actor;
    const { password, code = null } = parseInput(accountInputs.deleteAccount, input);
    const outcome = await deleteAccount(context, { userId, sessionId, password, code });
    if (isProblem(outcome)) return outcome;
    context.refreshCookie.clear();
    return Object.assign(new AccountDeleted(), { userId: outcome.userId });
  }
}

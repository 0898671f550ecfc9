import { Field, Int, ObjectType } from 'type-graphql';
import { PasswordRule } from './problems.js';

@ObjectType({ description: "The gateway's rules, so that clients need no copy of them." })
export class AuthConfig {
  @Field(() => Int, { description: 'Minimum length of a password.' })
  passwordMinLength!: number;

  @Field(() => Int, { description: 'Maximum length of a password.' })
  passwordMaxLength!: number;

  @Field(() => [PasswordRule], { description: 'The rules that apply to passwords.' })
  passwordRules!: (keyof typeof PasswordRule)[];

  @Field(() => Int, { description: 'Number of digits in an emailed code.' })
  codeLength!: number;

  @Field(() => [String], { description: 'Roles that a sign-up may choose from.' })
  signupRoles!: string[];

  @Field(() => Boolean, { description: 'Whether a username is required at sign-up.' })
  usernameRequired!: boolean;

  @Field(() => [String], { description: 'Languages that emails are available in.' })
  locales!: string[];

  @Field(() => Boolean, { description: 'Whether the terms must be accepted at sign-up.' })
  termsRequired!: boolean;

  @Field(() => [String], { description: 'Roles that are granted only to sessions with a verified second factor.' })
  twoFactorRequiredRoles!: string[];
}

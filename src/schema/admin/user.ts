import { GraphQLDateTime } from 'graphql-scalars';
import { Field, ID, ObjectType } from 'type-graphql';
import { describedEnum } from '../problems.js';
import { User } from '../user.js';

export const AdminUserState = describedEnum(
  'AdminUserState',
  'Whether the owner of an account can sign in, and if not, why.',
  {
    ACTIVE: 'The owner can sign in.',
    UNVERIFIED: 'The address is not verified yet.',
    LOCKED: 'Sign-in is locked after too many failed attempts.',
    DISABLED: 'The account is disabled.',
    PASSWORD_CHANGE_REQUIRED: 'The owner must set a new password first.',
  },
);

@ObjectType({ description: 'An account as admins and support see it.' })
export class AdminUser {
  @Field(() => ID, { description: 'Identifier of the account.' })
  id!: string;

  @Field(() => User, { description: 'The account as its owner sees it.' })
  user!: User;

  @Field(() => String, { description: 'Address for sign-in and email.' })
  email!: string;

  @Field(() => String, { nullable: true, description: 'Alternative sign-in name.' })
  username!: string | null;

  @Field(() => String, { nullable: true, description: 'Name shown to others.' })
  displayName!: string | null;

  @Field(() => String, { description: 'The role of the account.' })
  role!: string;

  @Field(() => AdminUserState, {
    description:
      'The state of the account. If several apply, it is the first of DISABLED, UNVERIFIED, LOCKED and PASSWORD_CHANGE_REQUIRED.',
  })
  state!: keyof typeof AdminUserState;

  @Field(() => GraphQLDateTime, { nullable: true, description: 'When the address was verified.' })
  emailVerifiedAt!: Date | null;

  @Field(() => GraphQLDateTime, { nullable: true, description: 'When the second factor was turned on.' })
  twoFactorEnabledAt!: Date | null;

  @Field(() => GraphQLDateTime, { nullable: true, description: 'When the password was last set.' })
  passwordChangedAt!: Date | null;

  @Field(() => GraphQLDateTime, { nullable: true, description: 'When the password was found in a known breach.' })
  passwordBreachedAt!: Date | null;

  @Field(() => GraphQLDateTime, { nullable: true, description: 'When the account was disabled.' })
  disabledAt!: Date | null;

  @Field(() => GraphQLDateTime, {
    nullable: true,
    description: 'When the lock of the address or the username expires; null if neither is locked.',
  })
  lockedUntil!: Date | null;

  @Field(() => GraphQLDateTime, { nullable: true, description: 'When the owner last signed in.' })
  lastLoginAt!: Date | null;

  @Field(() => GraphQLDateTime, { description: 'When the account was created.' })
  createdAt!: Date;

  @Field(() => String, { nullable: true, description: 'Language of emails (BCP 47).' })
  locale!: string | null;

  @Field(() => String, { nullable: true, description: 'Time zone (IANA name).' })
  timezone!: string | null;
}

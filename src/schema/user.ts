import { GraphQLDateTime } from 'graphql-scalars';
import { Directive, Field, ID, ObjectType } from 'type-graphql';

@Directive('@key(fields: "id")')
@ObjectType({
  description:
    'A user account. Fields other than `id` and `displayName` are visible to the user and to admins; for everyone else they are null.',
})
export class User {
  @Field(() => ID, { description: 'Stable identifier; the `sub` of access tokens.' })
  id!: string;

  @Field(() => String, { nullable: true, description: 'Name shown to others.' })
  displayName!: string | null;

  @Field(() => String, { nullable: true, description: 'Address for sign-in and email, in lower case.' })
  email!: string | null;

  @Field(() => String, { nullable: true, description: 'Alternative sign-in name, as the user typed it.' })
  username!: string | null;

  @Field(() => String, { nullable: true, description: "The user's role in the product." })
  role!: string | null;

  @Field(() => Boolean, { nullable: true, description: 'Whether the address is verified.' })
  emailVerified!: boolean | null;

  @Field(() => GraphQLDateTime, { nullable: true, description: 'When the address was verified.' })
  emailVerifiedAt!: Date | null;

  @Field(() => Boolean, { nullable: true, description: 'Whether a sign-in requires a second factor.' })
  twoFactorEnabled!: boolean | null;

  @Field(() => String, { nullable: true, description: 'Language of emails (BCP 47).' })
  locale!: string | null;

  @Field(() => String, { nullable: true, description: 'Time zone (IANA name).' })
  timezone!: string | null;

  @Field(() => GraphQLDateTime, { nullable: true, description: 'When the terms were accepted.' })
  termsAcceptedAt!: Date | null;

  @Field(() => GraphQLDateTime, { nullable: true, description: 'When the privacy policy was accepted.' })
  privacyPolicyAcceptedAt!: Date | null;

  @Field(() => GraphQLDateTime, { nullable: true, description: 'When the password was last set.' })
  passwordChangedAt!: Date | null;

  @Field(() => GraphQLDateTime, { nullable: true, description: 'When the account was created.' })
  createdAt!: Date | null;
}

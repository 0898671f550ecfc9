import { GraphQLDateTime } from 'graphql-scalars';
import { Directive, Field, ID, ObjectType } from 'type-graphql';

@Directive('@key(fields: "id")')
@ObjectType({
  description:
    'Somebody with an account. Fields other than `id` and `displayName` answer to the user and to admins; to anyone else they are null.',
})
export class User {
  @Field(() => ID, { description: 'Never changes; the `sub` of access tokens.' })
  id!: string;

  @Field(() => String, { nullable: true, description: 'The name to show to others.' })
  displayName!: string | null;

  @Field(() => String, { nullable: true, description: 'Address for sign-in and mail, in lower case.' })
  email!: string | null;

  @Field(() => String, { nullable: true, description: 'Second name for sign-in, as it was typed.' })
  username!: string | null;

  @Field(() => String, { nullable: true, description: 'What the user may do in the product.' })
  role!: string | null;

  @Field(() => Boolean, { nullable: true, description: 'Whether the address is proven.' })
  emailVerified!: boolean | null;

  @Field(() => GraphQLDateTime, { nullable: true, description: 'When the address was proven.' })
  emailVerifiedAt!: Date | null;

  @Field(() => Boolean, { nullable: true, description: 'Whether a sign-in asks for a second factor.' })
  twoFactorEnabled!: boolean | null;

  @Field(() => String, { nullable: true, description: 'Language for mails (BCP 47).' })
  locale!: string | null;

  @Field(() => String, { nullable: true, description: 'Time zone (IANA name).' })
  timezone!: string | null;

  @Field(() => GraphQLDateTime, { nullable: true, description: 'When the terms were accepted.' })
  termsAcceptedAt!: Date | null;

  @Field(() => GraphQLDateTime, { nullable: true, description: 'When the privacy policy was accepted.' })
  privacyPolicyAcceptedAt!: Date | null;

  @Field(() => GraphQLDateTime, { nullable: true, description: 'When the password was last set.' })
  passwordChangedAt!: Date | null;

  @Field(() => GraphQLDateTime, { nullable: true, description: 'When the account was made.' })
  createdAt!: Date | null;
}

import { GraphQLDateTime } from 'graphql-scalars';
import { createUnionType, Field, ID, ObjectType } from 'type-graphql';
import { AuthAccessProblem, AuthRateLimitProblem, AuthUnavailableProblem } from './problems.js';

@ObjectType({
  description: 'What a token is (RFC 7662). If it is not active, every other field is null.',
})
export class TokenIntrospection {
  @Field(() => Boolean, {
    description:
      'Whether it is an access token of this gateway, for its audience, of a live session of an enabled user. Everything else is not active: expired and forged tokens, and tokens of other kinds.',
  })
  active!: boolean;

  @Field(() => ID, { nullable: true, description: 'The user: `sub`.' })
  subject!: string | null;

  @Field(() => ID, { nullable: true, description: 'The session: `sid`.' })
  sessionId!: string | null;

  @Field(() => String, {
    nullable: true,
    description:
      'The role that applies now. The token contains an older one if the role was changed after it was issued.',
  })
  role!: string | null;

  @Field(() => String, { nullable: true, description: 'Scopes of the token, separated by spaces.' })
  scope!: string | null;

  @Field(() => GraphQLDateTime, { nullable: true, description: 'When the token expires.' })
  expiresAt!: Date | null;

  @Field(() => String, { nullable: true, description: 'Issuer of the token: `iss`.' })
  issuer!: string | null;

  @Field(() => String, {
    nullable: true,
    description: 'OAuth client that the token was issued to. Null, because users sign in without one.',
  })
  clientId!: string | null;
}

export const IntrospectTokenResult = createUnionType({
  name: 'IntrospectTokenResult',
  description: 'Result of `introspectToken`.',
  types: () => [TokenIntrospection, AuthAccessProblem, AuthRateLimitProblem, AuthUnavailableProblem] as const,
});

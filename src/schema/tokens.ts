import { GraphQLDateTime } from 'graphql-scalars';
import { Field, Int, ObjectType } from 'type-graphql';
import { describedEnum } from './problems.js';

export const AuthTokenDelivery = describedEnum('AuthTokenDelivery', 'How the refresh token reaches the client.', {
  COOKIE: 'In an HttpOnly cookie that scripts cannot read; for browsers.',
  BODY: 'In `refreshToken` of the response; for apps that store secrets themselves.',
});

@ObjectType({ description: 'The tokens of a session.' })
export class AuthTokens {
  @Field(() => String, { description: 'How to send the access token: `Bearer`.' })
  tokenType!: string;

  @Field(() => String, { description: 'JWT for the Authorization header.' })
  accessToken!: string;

  @Field(() => Int, { description: 'Remaining lifetime of the access token, in seconds.' })
  expiresIn!: number;

  @Field(() => GraphQLDateTime, { description: 'When the access token expires.' })
  accessTokenExpiresAt!: Date;

  @Field(() => String, {
    nullable: true,
    description: 'Single-use token for `refresh`; null if it is delivered as a cookie.',
  })
  refreshToken!: string | null;

  @Field(() => GraphQLDateTime, { description: 'When the session can no longer be refreshed.' })
  refreshTokenExpiresAt!: Date;
}

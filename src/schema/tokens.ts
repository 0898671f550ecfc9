import { GraphQLDateTime } from 'graphql-scalars';
import { Field, Int, ObjectType } from 'type-graphql';
import { describedEnum } from './problems.js';

export const AuthTokenDelivery = describedEnum('AuthTokenDelivery', 'How the refresh token reaches the client.', {
  COOKIE: 'In an HttpOnly cookie that scripts cannot read; for browsers.',
  BODY: 'In `refreshToken` of the answer; for apps that keep secrets themselves.',
});

@ObjectType({ description: 'The tokens of a session.' })
export class AuthTokens {
  @Field(() => String, { description: 'How to send the access token: `Bearer`.' })
  tokenType!: string;

  @Field(() => String, { description: 'JWT for the Authorization header.' })
  accessToken!: string;

  @Field(() => Int, { description: 'Life of the access token from now, in seconds.' })
  expiresIn!: number;

  @Field(() => GraphQLDateTime, { description: 'Until when the access token works.' })
  accessTokenExpiresAt!: Date;

  @Field(() => String, {
    nullable: true,
    description: 'Gives the next tokens, once; null where the cookie carries it.',
  })
  refreshToken!: string | null;

  @Field(() => GraphQLDateTime, { description: 'Until when the session can be refreshed.' })
  refreshTokenExpiresAt!: Date;
}

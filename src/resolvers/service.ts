import { Arg, Ctx, Query, Resolver } from 'type-graphql';
import type { Context } from '../request.js';
import { IntrospectTokenResult, TokenIntrospection } from '../schema/service.js';
import { introspectToken } from '../services/service-clients/introspect-token.js';

/** What the gateway answers to other services. */
@Resolver()
export class ServiceResolver {
  @Query(() => IntrospectTokenResult, {
    description:
      'Tells a service with the scope `tokens:introspect` whether an access token is active (RFC 7662). `POST /oauth/introspect` answers the same.',
  })
  async introspectToken(
    @Arg('token', () => String, { description: 'The token to be checked.' }) token: string,
    @Ctx() context: Context,
  ) {
    return Object.assign(new TokenIntrospection(), await introspectToken(context, token));
  }
}

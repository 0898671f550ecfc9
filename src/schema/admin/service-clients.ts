import { GraphQLDateTime } from 'graphql-scalars';
import { createUnionType, Field, ID, InputType, ObjectType } from 'type-graphql';
import { PageInfo } from '../pagination.js';
import {
  AuthAccessProblem,
  AuthConflictProblem,
  AuthInputProblem,
  AuthNotFoundProblem,
  AuthRateLimitProblem,
  AuthUnavailableProblem,
} from '../problems.js';

@ObjectType({ description: 'Another service that calls the gateway with a secret of its own.' })
export class ServiceClient {
  @Field(() => ID, { description: 'Identifier of the client, which it sends with its secret.' })
  id!: string;

  @Field(() => String, { description: 'Name for people.' })
  name!: string;

  @Field(() => [String], {
    description: 'What it is allowed to do: `users:read`, `tokens:introspect`, `sessions:end`, `events:read`.',
  })
  scopes!: string[];

  @Field(() => GraphQLDateTime, { description: 'When it was created.' })
  createdAt!: Date;

  @Field(() => GraphQLDateTime, { nullable: true, description: 'When it expires; null if it does not.' })
  expiresAt!: Date | null;

  @Field(() => GraphQLDateTime, {
    nullable: true,
    description: 'When it was last used, to about an hour; null if it was never used.',
  })
  lastUsedAt!: Date | null;

  @Field(() => GraphQLDateTime, { nullable: true, description: 'When it was revoked; null if it was not.' })
  revokedAt!: Date | null;

  @Field(() => String, { description: 'The beginning of the current secret, by which people recognise it.' })
  secretPrefix!: string;

  @Field(() => GraphQLDateTime, {
    nullable: true,
    description: 'Until when the secret before the last rotation is accepted; null if there was no rotation.',
  })
  previousSecretValidUntil!: Date | null;
}

@ObjectType({ description: 'One service client of a page.' })
export class ServiceClientEdge {
  @Field(() => String, { description: 'Position of the item in the list.' })
  cursor!: string;

  @Field(() => ServiceClient, { description: 'The service client.' })
  node!: ServiceClient;
}

@ObjectType({ description: 'A page of service clients.' })
export class ServiceClientConnection {
  @Field(() => [ServiceClientEdge], { description: 'The service clients with their cursors.' })
  edges!: ServiceClientEdge[];

  @Field(() => [ServiceClient], { description: 'The service clients without their cursors.' })
  nodes!: ServiceClient[];

  @Field(() => PageInfo, { description: 'Position of the page in the list.' })
  pageInfo!: PageInfo;
}

@InputType({ description: 'A new service client.' })
export class AdminCreateServiceClientInput {
  @Field(() => String, { description: 'Name for people, 1 to 100 characters.' })
  name!: string;

  @Field(() => [String], {
    description:
      'What it is allowed to do, at least one of `users:read`, `tokens:introspect`, `sessions:end`, `events:read`. No scope includes another.',
  })
  scopes!: string[];

  @Field(() => GraphQLDateTime, { nullable: true, description: 'When it expires. Omit if it should not.' })
  expiresAt?: Date | null;
}

@InputType({ description: 'A service client.' })
export class AdminServiceClientInput {
  @Field(() => ID, { description: 'Identifier of the client.' })
  clientId!: string;
}

@ObjectType({ description: 'A service client with its new secret. Only this response contains the secret.' })
export class ServiceClientSecret {
  @Field(() => ServiceClient, { description: 'The service client.' })
  client!: ServiceClient;

  @Field(() => String, { description: 'The secret, `gh_<id>_<random>`. The gateway stores its hash alone.' })
  secret!: string;
}

@ObjectType({ description: 'The service client was changed.' })
export class ServiceClientUpdated {
  @Field(() => ServiceClient, { description: 'The service client as it is now.' })
  client!: ServiceClient;
}

export const AdminServiceClientSecretResult = createUnionType({
  name: 'AdminServiceClientSecretResult',
  description: 'Result of an act that creates a secret.',
  types: () =>
    [
      ServiceClientSecret,
      AuthInputProblem,
      AuthAccessProblem,
      AuthNotFoundProblem,
      AuthConflictProblem,
      AuthRateLimitProblem,
      AuthUnavailableProblem,
    ] as const,
});

export const AdminServiceClientResult = createUnionType({
  name: 'AdminServiceClientResult',
  description: 'Result of an act on a service client.',
  types: () =>
    [
      ServiceClientUpdated,
      AuthAccessProblem,
      AuthNotFoundProblem,
      AuthConflictProblem,
      AuthRateLimitProblem,
      AuthUnavailableProblem,
    ] as const,
});

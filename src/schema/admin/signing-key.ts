import { GraphQLDateTime } from 'graphql-scalars';
import { createUnionType, Field, ID, ObjectType } from 'type-graphql';
import {
  AuthAccessProblem,
  AuthConflictProblem,
  AuthRateLimitProblem,
  AuthUnavailableProblem,
  describedEnum,
} from '../problems.js';

export const AdminSigningKeyState = describedEnum('AdminSigningKeyState', 'State of a signing key.', {
  PUBLISHED: 'It is published and does not sign yet.',
  ACTIVE: 'It signs access tokens.',
  RETIRING: 'It only verifies tokens that it signed.',
  RETIRED: 'It is no longer published.',
});

@ObjectType({ description: 'A signing key of the access tokens, without its private part.' })
export class AdminSigningKey {
  @Field(() => ID, { description: 'Its `kid`: the RFC 7638 thumbprint of the public key.' })
  id!: string;

  @Field(() => String, { description: 'Signature algorithm.' })
  algorithm!: string;

  @Field(() => GraphQLDateTime, { description: 'When it was created.' })
  createdAt!: Date;

  @Field(() => GraphQLDateTime, { description: 'When it starts to sign.' })
  activeFrom!: Date;

  @Field(() => GraphQLDateTime, {
    nullable: true,
    description: 'When it is no longer published; null while no newer key is known.',
  })
  retiresAt!: Date | null;

  @Field(() => AdminSigningKeyState, { description: 'State of the key.' })
  state!: keyof typeof AdminSigningKeyState;
}

@ObjectType({ description: 'A new signing key is published.' })
export class AdminSigningKeyRotated {
  @Field(() => AdminSigningKey, { description: 'The new key.' })
  key!: AdminSigningKey;
}

export const AdminRotateSigningKeyResult = createUnionType({
  name: 'AdminRotateSigningKeyResult',
  description: 'Result of `adminRotateSigningKey`.',
  types: () =>
    [
      AdminSigningKeyRotated,
      AuthAccessProblem,
      AuthConflictProblem,
      AuthRateLimitProblem,
      AuthUnavailableProblem,
    ] as const,
});

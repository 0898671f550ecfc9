import { composeServices } from '@apollo/composition';
import { type GraphQLSchema, isInputObjectType, isObjectType, parse } from 'graphql';
import { expect, it } from 'vitest';
import { createSubgraph } from '../../../src/app.js';

const accounts = { name: 'accounts', url: 'http://accounts.internal/graphql', typeDefs: parse(createSubgraph().sdl) };

/** A neighbour that knows users by their id alone, and pages as Relay does. */
const reviews = {
  name: 'reviews',
  url: 'http://reviews.internal/graphql',
  typeDefs: parse(`
    extend schema
      @link(url: "https://specs.apollo.dev/federation/v2.5", import: ["@key", "@shareable"])

    type User @key(fields: "id") {
      id: ID!
      reviews(first: Int): ReviewConnection!
    }

    type Review @key(fields: "id") {
      id: ID!
      body: String!
      author: User!
    }

    type ReviewConnection {
      nodes: [Review!]!
      pageInfo: PageInfo!
    }

    type PageInfo @shareable {
      hasNextPage: Boolean!
      hasPreviousPage: Boolean!
      startCursor: String
      endCursor: String
    }

    type Session { id: ID! }
    type Event { id: ID! }
    type Problem { code: String! }

    type Query {
      latestReviews: [Review!]!
      session: Session
      problem: Problem
      event: Event
    }
  `),
};

it('composes alone', () => {
  const { errors, hints } = composeServices([accounts]);
  expect(errors?.map(String)).toBeUndefined();
  expect(hints).toEqual([]);
});

it('composes beside a neighbour that extends User and brings a PageInfo of its own', () => {
  const { errors, hints = [], schema } = composeServices([accounts, reviews]);
  expect(errors?.map(String)).toBeUndefined();
  // Descriptions may differ between neighbours; anything else that composition has to say is a defect.
  expect(hints.filter(({ definition }) => definition.code !== 'INCONSISTENT_DESCRIPTION').map(String)).toEqual([]);

  const user = schema?.toGraphQLJSSchema().getType('User');
  expect(isObjectType(user) && Object.keys(user.getFields())).toEqual(
    expect.arrayContaining(['id', 'displayName', 'email', 'sessions', 'reviews']),
  );
});

it('keeps what clients rely on in the supergraph: types, defaults and descriptions', () => {
  const supergraph = composeServices([accounts, reviews]).schema?.toGraphQLJSSchema();
  const own = createSubgraph().schema;
  const login = supergraph?.getType('LoginInput');
  const delivery = isInputObjectType(login) ? login.getFields().tokenDelivery : undefined;
  expect(delivery).toMatchObject({ defaultValue: 'COOKIE', description: 'How the refresh token is delivered.' });
  const signatures = (schema?: GraphQLSchema) =>
    Object.values(schema?.getMutationType()?.getFields() ?? {}).map(
      ({ name, args, type }) => `${name}(${args.map((arg) => `${arg.name}: ${arg.type}`)}): ${type}`,
    );
  expect(signatures(own)).not.toEqual([]);
  expect(signatures(supergraph).sort()).toEqual(signatures(own).sort());
});

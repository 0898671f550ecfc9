import { buildSubgraphSchema } from '@apollo/subgraph';
import { printSchemaWithDirectives } from '@graphql-tools/utils';
import { type GraphQLSchema, parse } from 'graphql';
import { buildSchemaSync, createResolversMap, type NonEmptyArray } from 'type-graphql';

/** Fetches an entity that another subgraph refers to; null when it is missing or hidden from the caller. */
export type ReferenceResolvers = Record<
  string,
  // biome-ignore lint/suspicious/noExplicitAny: the subgraph library types a reference and its context so
  { __resolveReference(reference: any, context: any): unknown }
>;

/** The version of Federation that the subgraph speaks, and what it uses of it. */
const LINK =
  'extend schema @link(url: "https://specs.apollo.dev/federation/v2.5", import: ["@key", "@shareable", "@tag", "@inaccessible"])';

/** A schema and its text, for composition and for clients. */
export interface Subgraph {
  schema: GraphQLSchema;
  sdl: string;
}

/** Builds the Federation 2 subgraph from the resolver classes; the order of types is stable, so that its text can be compared. */
// biome-ignore lint/complexity/noBannedTypes: type-graphql takes resolver classes as functions
export function buildSubgraph(resolvers: NonEmptyArray<Function>, references: ReferenceResolvers): Subgraph {
  const schema = buildSchemaSync({ resolvers, validate: false });
  const sdl = `${LINK}\n\n${printSchemaWithDirectives(schema)}\n`;
  const resolverMap = createResolversMap(schema) as Record<string, Record<string, unknown>>;
  for (const [type, reference] of Object.entries(references))
    resolverMap[type] = { ...resolverMap[type], ...reference };
  return { sdl, schema: buildSubgraphSchema([{ typeDefs: parse(sdl), resolvers: resolverMap as never }]) };
}

import { buildSubgraphSchema } from '@apollo/subgraph';
import { printSchemaWithDirectives } from '@graphql-tools/utils';
import { type GraphQLSchema, isObjectType, parse } from 'graphql';
import { buildSchemaSync, createResolversMap, type NonEmptyArray } from 'type-graphql';
import { inputProblem, type Problem } from '../problems.js';
import { type TaggedFields, tagFields } from './tags.js';

/** Fetches an entity that another subgraph refers to; null when it is missing or hidden from the caller. */
export type ReferenceResolvers = Record<
  string,
  // biome-ignore lint/suspicious/noExplicitAny: the subgraph library types a reference and its context so
  { __resolveReference(reference: any, context: any): unknown }
>;

/** The version of Federation that the subgraph uses, and the directives that it imports. */
const LINK =
  'extend schema @link(url: "https://specs.apollo.dev/federation/v2.5", import: ["@key", "@shareable", "@tag", "@inaccessible"])';

/** The maximum number of entities in one request of a router. */
const MAX_REPRESENTATIONS = 200;

/** A schema and its SDL, for composition and for clients. */
export interface Subgraph {
  schema: GraphQLSchema;
  sdl: string;
}

function namesEntity(representation: unknown, entities: ReadonlySet<string>): boolean {
  if (typeof representation !== 'object' || representation === null || !('__typename' in representation)) return false;
  return typeof representation.__typename === 'string' && entities.has(representation.__typename);
}

function refuse(representations: readonly unknown[], entities: ReadonlySet<string>): Problem | undefined {
  if (representations.length > MAX_REPRESENTATIONS) {
    return inputProblem(['representations'], 'length', `Ask for at most ${MAX_REPRESENTATIONS} entities at a time.`);
  }
  const wrong = representations.findIndex((representation) => !namesEntity(representation, entities));
  if (wrong < 0) return undefined;
  return inputProblem(
    ['representations', String(wrong), '__typename'],
    'entity',
    'This is no entity of this subgraph.',
  );
}

/**
 * Checks what a router requests before anything is loaded. The library accepts any number, and throws on an unknown type
 * name.
 */
function checkRepresentations(schema: GraphQLSchema, entities: ReadonlySet<string>): void {
  const field = schema.getQueryType()?.getFields()._entities;
  const resolve = field?.resolve;
  if (field === undefined || resolve === undefined) return;
  field.resolve = (parent, args, context, info) =>
    refuse(args.representations, entities) ?? resolve(parent, args, context, info);
}

/** Type → field → the last sentence of its description. */
type Sentences = Readonly<Record<string, Readonly<Record<string, string>>>>;

function endDescriptions(schema: GraphQLSchema, sentences: Sentences): void {
  for (const [typeName, fields] of Object.entries(sentences)) {
    const type = schema.getType(typeName);
    for (const [name, sentence] of Object.entries(fields)) {
      const field = isObjectType(type) ? type.getFields()[name] : undefined;
      if (field !== undefined) field.description = `${field.description} ${sentence}`;
    }
  }
}

/** The parts of the schema that the resolver classes do not define. */
interface SubgraphParts {
  references: ReferenceResolvers;
  sentences: Sentences;
  /** The root fields for admins and support. */
  tagged: TaggedFields;
}

/**
 * Builds the Federation 2 subgraph from the resolver classes. The order of types is stable, so that the SDL can be compared.
 */
export function buildSubgraph(
  // biome-ignore lint/complexity/noBannedTypes: type-graphql takes resolver classes as functions
  resolvers: NonEmptyArray<Function>,
  { references, sentences, tagged }: SubgraphParts,
): Subgraph {
  // The check would run a whole introspection at each start. Only the subgraph, which is built from the text below, is
  // served.
  const schema = buildSchemaSync({ resolvers, validate: false, skipCheck: true });
  endDescriptions(schema, sentences);
  tagFields(schema, 'admin', tagged);
  const sdl = `${LINK}\n\n${printSchemaWithDirectives(schema)}\n`;
  const resolverMap = createResolversMap(schema) as Record<string, Record<string, unknown>>;
  for (const [type, reference] of Object.entries(references))
    resolverMap[type] = { ...resolverMap[type], ...reference };
  const subgraph = buildSubgraphSchema([{ typeDefs: parse(sdl), resolvers: resolverMap as never }]);
  checkRepresentations(subgraph, new Set(Object.keys(references)));
  return { sdl, schema: subgraph };
}

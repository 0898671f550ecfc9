import { readFileSync } from 'node:fs';
import {
  type GraphQLNamedType,
  isEnumType,
  isInputObjectType,
  isInterfaceType,
  isObjectType,
  isScalarType,
  isSpecifiedScalarType,
  isUnionType,
} from 'graphql';
import { expect, it } from 'vitest';
import { createSubgraph } from '../../../src/app.js';

const { schema, sdl } = createSubgraph();

/** Ours: neither GraphQL's nor Federation's. */
const types = Object.values(schema.getTypeMap()).filter(
  (type) => !type.name.startsWith('_') && !isSpecifiedScalarType(type) && !/^federation__|^link__/.test(type.name),
);

/** Entities and standard names that are shared on purpose. */
const SHARED = ['DateTime', 'Mutation', 'PageInfo', 'Query', 'User'];

/** The nouns that are ours; every other name begins with its operation, or is an outcome of one. */
const OWN_NOUNS = /^(?:Auth|Admin|Audit|Password|ServiceClient)/;

const rootFields = [schema.getQueryType(), schema.getMutationType()].flatMap((type) =>
  Object.keys(type?.getFields() ?? {}),
);
/** The name of an operation, its participle, or a name that begins with its words. */
const OF_OPERATION = new RegExp(`^(?:${rootFields.join('|')})(?:d|ed)?(?![a-z])`);
const outcomes = new Set(types.filter(isUnionType).flatMap((union) => union.getTypes().map(({ name }) => name)));

/** Whether no neighbour has this name for something else. One word alone says too little of an outcome. */
function tells(name: string): boolean {
  const isOutcome = outcomes.has(name) && /[a-z][A-Z]/.test(name);
  return OWN_NOUNS.test(name) || isOutcome || OF_OPERATION.test(name.charAt(0).toLowerCase() + name.slice(1));
}

interface Described {
  place: string;
  description: string | null | undefined;
}

function parts(type: GraphQLNamedType): Described[] {
  const { name, description } = type;
  const own = { place: name, description };
  if (isEnumType(type)) {
    return [
      own,
      ...type.getValues().map((value) => ({ place: `${name}.${value.name}`, description: value.description })),
    ];
  }
  if (isInputObjectType(type)) {
    const fields = Object.values(type.getFields());
    return [own, ...fields.map((field) => ({ place: `${name}.${field.name}`, description: field.description }))];
  }
  if (!isObjectType(type) && !isInterfaceType(type)) return [own];
  const fields = Object.values(type.getFields()).filter((field) => !field.name.startsWith('_'));
  const inner = fields.flatMap((field) => [
    { place: `${name}.${field.name}`, description: field.description },
    ...field.args.map((argument) => ({
      place: `${name}.${field.name}(${argument.name})`,
      description: argument.description,
    })),
  ]);
  return name === 'Query' || name === 'Mutation' ? inner : [own, ...inner];
}

it('is committed as it is', () => {
  expect(readFileSync(new URL('../../../schema.graphql', import.meta.url), 'utf8')).toBe(sdl);
});

it('has every kind of type, so that the checks below see them all', () => {
  for (const isKind of [isEnumType, isInputObjectType, isInterfaceType, isObjectType, isScalarType, isUnionType]) {
    expect(types.some((type) => isKind(type))).toBe(true);
  }
});

it('describes every type, field, argument, input field and enum value', () => {
  const all = types.flatMap(parts);
  expect(all.length).toBeGreaterThan(200);
  expect(all.filter(({ description }) => !description?.trim()).map(({ place }) => place)).toEqual([]);
});

it('gives enum values the value of their name, so that defaults print as they are', () => {
  const differing = types
    .filter(isEnumType)
    .flatMap((type) => type.getValues().filter(({ name, value }) => name !== value));
  expect(differing.map(({ name }) => name)).toEqual([]);
});

it('uses no @oneOf, which a supergraph drops', () => {
  expect(types.filter((type) => isInputObjectType(type) && type.isOneOf)).toEqual([]);
  expect(sdl).not.toContain('@oneOf');
});

it('leaves generic names to the neighbours', () => {
  const names = types.map(({ name }) => name);
  expect(names.filter((name) => SHARED.includes(name)).sort()).toEqual(SHARED);
  const generic = names.filter((name) => !SHARED.includes(name) && !tells(name));
  expect(generic).toEqual([]);
});

it('names every result union after its operation, with the success first and failures that say so', () => {
  const unions = types.filter(isUnionType);
  expect(unions.length).toBeGreaterThan(0);
  for (const union of unions) {
    expect(union.name).toMatch(/Result$/);
    const [success, ...failures] = union.getTypes().filter(({ name }) => !name.startsWith('_'));
    expect(success?.name).not.toMatch(/Problem$/);
    const problems = failures.filter(({ name }) => name.endsWith('Problem'));
    expect(problems.every((problem) => problem.getInterfaces().some(({ name }) => name === 'AuthProblem'))).toBe(true);
    expect(problems.length).toBeGreaterThan(0);
  }
});

it('gives a field one type in all members of a union, so that a document may select it in each', () => {
  for (const union of types.filter(isUnionType)) {
    const seen = new Map<string, string>();
    for (const field of union.getTypes().flatMap((member) => Object.values(member.getFields()))) {
      expect(String(field.type), `${union.name}: ${field.name}`).toBe(seen.get(field.name) ?? String(field.type));
      seen.set(field.name, String(field.type));
    }
  }
});

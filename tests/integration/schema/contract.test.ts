import { readFileSync } from 'node:fs';
import {
  type ArgumentNode,
  buildASTSchema,
  type DirectiveNode,
  type GraphQLArgument,
  type GraphQLField,
  type GraphQLInputField,
  type GraphQLNamedType,
  type GraphQLSchema,
  isEnumType,
  isInputObjectType,
  isInterfaceType,
  isObjectType,
  isUnionType,
  parse,
  print,
} from 'graphql';
import { expect, it } from 'vitest';
import { createSubgraph } from '../../../src/app.js';

const text = readFileSync(new URL('contract.graphql', import.meta.url), 'utf8');
const contract = buildASTSchema(parse(text));
const { schema } = createSubgraph();

function input(where: string, { name, type, defaultValue }: GraphQLArgument | GraphQLInputField): string {
  return `${where}${name}: ${type}${defaultValue === undefined ? '' : ` = ${JSON.stringify(defaultValue)}`}`;
}

function field(where: string, { name, type, args }: GraphQLField<unknown, unknown>): string[] {
  const place = `${where}.${name}`;
  return [`${place}: ${type}`, ...args.map((argument) => input(`${place} takes `, argument))];
}

function directives(type: GraphQLNamedType): string[] {
  const nodes = [type.astNode, ...type.extensionASTNodes].flatMap(
    (node): readonly DirectiveNode[] => node?.directives ?? [],
  );
  const given = (node: ArgumentNode) => `${node.name.value}: ${print(node.value)}`;
  return nodes.map((node) => `${type.name} is @${node.name.value}(${(node.arguments ?? []).map(given).join(', ')})`);
}

/** What a type promises, one thing a line. */
function promises(type: GraphQLNamedType): string[] {
  const { name } = type;
  const kind = `${name} is a ${type.constructor.name}`;
  if (isEnumType(type)) return [kind, ...type.getValues().map((value) => `${name} has ${value.name}`)];
  if (isUnionType(type)) return [kind, ...type.getTypes().map((member) => `${name} may be ${member.name}`)];
  if (isInputObjectType(type)) return [kind, ...Object.values(type.getFields()).map((one) => input(`${name}.`, one))];
  if (!isObjectType(type) && !isInterfaceType(type)) return [kind];
  const interfaces = type.getInterfaces().map((one) => `${name} implements ${one.name}`);
  const fields = Object.values(type.getFields()).flatMap((one) => field(name, one));
  return [kind, ...directives(type), ...interfaces, ...fields];
}

function allPromises(of: GraphQLSchema): string[] {
  return Object.values(of.getTypeMap())
    .filter(({ name }) => !name.startsWith('__'))
    .flatMap(promises);
}

it('keeps every promise to clients: names, types, nullability, defaults, union members, enum values', () => {
  const promised = allPromises(contract);
  expect(promised.length).toBeGreaterThan(200);
  const kept = new Set(allPromises(schema));
  expect(promised.filter((promise) => !kept.has(promise))).toEqual([]);
});

/** Whether a promise is about an operation that came later. */
function isNewOperation(promise: string): boolean {
  const [type = '', name = ''] = promise.split(/[. ]/);
  const known = contract.getType(type);
  return isObjectType(known) && known.getFields()[name] === undefined;
}

it('demands no argument and no input value that clients were not told of', () => {
  const told = new Set(allPromises(contract));
  const news = allPromises(schema).filter((promise) => !told.has(promise));
  // A new type or operation may demand what it likes.
  const old = news.filter((promise) => contract.getType(promise.split(/[. ]/)[0] ?? '') !== undefined);
  const inputs = old.filter((promise) => promise.includes(' takes ') || /^\w+Input\./.test(promise));
  const demands = inputs.filter((promise) => promise.endsWith('!'));
  expect(demands.filter((promise) => !isNewOperation(promise))).toEqual([]);
});

import {
  type GraphQLArgument,
  type GraphQLField,
  type GraphQLInputField,
  type GraphQLOutputType,
  getNamedType,
  getNullableType,
  isCompositeType,
  isEnumType,
  isInputObjectType,
  isInterfaceType,
  isListType,
  isNonNullType,
  isObjectType,
  isRequiredArgument,
  isUnionType,
} from 'graphql';
import { publishedSchema as schema } from './published-schema.js';

/** Every operation is taken from the schema: nothing here names one. */
type Field = GraphQLField<unknown, unknown>;
export type Input = Readonly<Record<string, string>>;

const queries: readonly Field[] = Object.values(schema.getQueryType()?.getFields() ?? {});
const mutations: readonly Field[] = Object.values(schema.getMutationType()?.getFields() ?? {});

function mutationNamed(name: string): Field {
  const found = mutations.find((field) => field.name === name);
  if (found === undefined) throw new Error(`There is no mutation ${name}.`);
  return found;
}

/** Texts that the rules let through, for inputs where `x` is none. */
const TEXTS: Input = {
  email: 'a@example.com',
  newEmail: 'b@example.com',
  code: '123456',
  username: 'abc',
  locale: 'de',
  timezone: 'UTC',
  tokenDelivery: 'BODY',
  reason: 'OTHER',
  role: 'user',
  scopes: 'users:read',
  expiresAt: '2100-01-01T00:00:00Z',
};

const enumMembers: ReadonlySet<string> = new Set(
  Object.values(schema.getTypeMap())
    .filter(isInputObjectType)
    .flatMap((type) => Object.values(type.getFields()))
    .filter(({ type }) => isEnumType(getNamedType(type)))
    .map(({ name }) => name),
);

/** Whether the input fields of this name take the values of an enum, which are written without quotes. */
export const isEnumMember = (name: string) => enumMembers.has(name);

function membersOf({ args }: Field): readonly GraphQLInputField[] {
  const type = getNullableType(args.find(({ name }) => name === 'input')?.type);
  return isInputObjectType(type) ? Object.values(type.getFields()) : [];
}

const isText = ({ type }: GraphQLInputField) => getNamedType(type).name !== 'Boolean';
const inputOf = (field: Field): Input =>
  Object.fromEntries(
    membersOf(field)
      .filter(isText)
      .map(({ name }) => [name, TEXTS[name] ?? 'x']),
  );

/** Every mutation with an input, with texts that its rules let through. */
export const mutationInputs: readonly (readonly [field: string, input: Input])[] = mutations
  .filter((field) => membersOf(field).length > 0)
  .map((field) => [field.name, inputOf(field)]);

/** The texts that an operation demands: those of `right`, or others that its rules let through. */
export function requiredInput(field: string, right: Input = {}): Input {
  const required = membersOf(mutationNamed(field))
    .filter(({ type }) => isNonNullType(type))
    .filter(isText);
  return Object.fromEntries(required.map(({ name }) => [name, right[name] ?? TEXTS[name] ?? 'x']));
}

function hasMember(type: GraphQLOutputType, name: string): boolean {
  const named = getNamedType(type);
  const members = isUnionType(named) ? named.getTypes() : [];
  return members.some((member) => member.name === name || member.getInterfaces().some((one) => one.name === name));
}

/** What is asked back: all in which an answer could repeat what was typed. */
export function selectionOf(field: string): string {
  const { type } = mutationNamed(field);
  // Where the fragment cannot be, nothing of the document would run.
  const refused = hasMember(type, 'AuthInputProblem') ? '... on AuthInputProblem { fields { path rule message } }' : '';
  return `{ __typename ... on AuthProblem { code message } ${refused} }`;
}

/** A mutation that takes its input from a variable. */
export function documentOf(field: string): string {
  const type = getNullableType(mutationNamed(field).args.find(({ name }) => name === 'input')?.type);
  return `mutation($input: ${type}!) { ${field}(input: $input) ${selectionOf(field)} }`;
}

function literalOf(input: Input, literals: Input = {}): string {
  const others = Object.entries(input).filter(([name]) => !(name in literals));
  const quoted = others.map(([name, text]) => [name, isEnumMember(name) ? text : JSON.stringify(text)]);
  const members = [...quoted, ...Object.entries(literals)].map(([name, text]) => `${name}: ${text}`);
  return `{ ${members.join(', ')} }`;
}

/** A mutation as its text calls it; the texts of `literals` stand there as they are, after the others. */
export function callOf(field: string, input: Input, literals: Input = {}): string {
  return `${field}(input: ${literalOf(input, literals)}) ${selectionOf(field)}`;
}

/** An id that nothing has. */
const NO_ID = '01890a5d-ac96-774b-bcce-b302099a8057';

function argumentOf(field: Field, { name, type }: GraphQLArgument): string {
  if (name === 'input') return literalOf(inputOf(field));
  return isListType(getNullableType(type)) ? '[]' : JSON.stringify(NO_ID);
}

function codeOnly(type: GraphQLOutputType): string {
  const named = getNamedType(type);
  if (!isCompositeType(named)) return '';
  const mayFail = isUnionType(named) ? hasMember(type, 'AuthProblem') : isInterfaceType(named);
  return mayFail ? '{ __typename ... on AuthProblem { code } }' : '{ __typename }';
}

/** The call of a root field with the arguments that it needs, and its input where it has one. */
function simpleCallOf(field: Field): string {
  const given = field.args.filter((argument) => argument.name === 'input' || isRequiredArgument(argument));
  const list = given.map((argument) => `${argument.name}: ${argumentOf(field, argument)}`).join(', ');
  return `${field.name}${list === '' ? '' : `(${list})`} ${codeOnly(field.type)}`;
}

/** A call of each mutation of the schema, by its name. */
export const mutationCalls: Readonly<Record<string, string>> = Object.fromEntries(
  mutations.map((field) => [field.name, simpleCallOf(field)]),
);

/** A document for each root field that the subgraph's text names, which answers it as `field`. */
export const documents: Readonly<Record<string, string>> = Object.fromEntries([
  ...queries.map((field) => [field.name, `{ field: ${simpleCallOf(field)} }`] as const),
  ...Object.entries(mutationCalls).map(([name, call]) => [name, `mutation { field: ${call} }`] as const),
]);

/** How the objects below the root are reached. */
const PATHS: Readonly<Record<string, (selection: string) => string>> = {
  Query: (selection) => selection,
  User: (selection) => `me { ${selection} }`,
  AdminUser: (selection) => `adminUser(id: "${NO_ID}") { ${selection} }`,
};

function pathTo(type: string): (selection: string) => string {
  const path = PATHS[type];
  if (path === undefined) throw new Error(`Nothing says how an object of the type ${type} is reached.`);
  return path;
}

/** A document that gives one argument of a field as `$value`, and the others that the field needs. */
function argumentDocument(type: string, field: Field, given: GraphQLArgument): string {
  const others = field.args.filter((one) => one !== given && isRequiredArgument(one));
  const list = [...others.map((one) => `${one.name}: ${argumentOf(field, one)}`), `${given.name}: $value`].join(', ');
  const call = `${field.name}(${list}) ${codeOnly(field.type)}`;
  if (type === 'Mutation') return `mutation($value: ${given.type}) { ${call} }`;
  return `query($value: ${given.type}) { ${pathTo(type)(call)} }`;
}

/** A document for each argument of the schema that is not the input of a mutation, by `Type.field(argument)`. */
export const argumentDocuments: Readonly<Record<string, string>> = Object.fromEntries(
  Object.values(schema.getTypeMap())
    .filter(isObjectType)
    .filter(({ name }) => !name.startsWith('__'))
    .flatMap((type) =>
      Object.values(type.getFields()).flatMap((field) =>
        field.args
          .filter(({ name }) => name !== 'input')
          .map((given) => [`${type.name}.${field.name}(${given.name})`, argumentDocument(type.name, field, given)]),
      ),
    ),
);

import { getNamedType, isEnumType, isInputObjectType, isListType, isRequiredInputField, typeFromAST } from 'graphql';

/** Values that fit by their form. Every other text is its name in angle brackets. */
const TEXTS = {
  email: 'new.user@example.com',
  identifier: 'new.user@example.com',
  newEmail: 'new.address@example.com',
  password: 'Violet-Harbour-71',
  currentPassword: 'Violet-Harbour-71',
  newPassword: 'Quiet-Lantern-52',
  code: '000000',
  role: 'support',
};

/** More than an operation requires, where that teaches something. */
const EXAMPLES = {
  Signup: {
    input: {
      email: 'new.user@example.com',
      password: 'Violet-Harbour-71',
      username: 'new_user',
      displayName: 'New User',
      termsAccepted: true,
      privacyPolicyAccepted: true,
    },
  },
  ExchangeToken: { input: { token: '<exchangeToken>', deviceName: 'First device' } },
  UpdateProfile: { input: { displayName: 'New Name' } },
  AdminCreateServiceClient: { input: { name: 'Billing', scopes: ['tokens:introspect'] } },
  AdminUsers: { filter: {}, orderBy: 'CREATED_AT_DESC', first: 20 },
  AdminAuditEvents: { filter: { types: ['LOGIN'], success: false }, first: 20 },
  AdminMails: { filter: { status: 'FAILED' }, first: 20 },
};

function exampleOf(name, type) {
  const named = getNamedType(type);
  if (isInputObjectType(named)) return membersOf(named);
  if (isListType(type)) return [];
  if (isEnumType(named)) return named.getValues()[0].name;
  if (named.name === 'Boolean') return false;
  return TEXTS[name] ?? `<${name}>`;
}

function membersOf(type) {
  const required = Object.values(type.getFields()).filter(isRequiredInputField);
  return Object.fromEntries(required.map((field) => [field.name, exampleOf(field.name, field.type)]));
}

/** Variables with which an operation can be tried: what it requires, unless an example says more. */
export function exampleVariables(schema, { name, variableDefinitions = [] }) {
  const example = EXAMPLES[name.value];
  if (example !== undefined) return example;
  const required = variableDefinitions.filter(
    ({ type, defaultValue }) => type.kind === 'NonNullType' && defaultValue === undefined,
  );
  return Object.fromEntries(
    required.map(({ variable, type }) => [
      variable.name.value,
      exampleOf(variable.name.value, typeFromAST(schema, type).ofType),
    ]),
  );
}

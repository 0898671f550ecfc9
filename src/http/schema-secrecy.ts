import {
  type GraphQLFormattedError,
  type GraphQLSchema,
  isEnumType,
  isInputObjectType,
  isInterfaceType,
  isObjectType,
} from 'graphql';
import type { Dependencies } from '../dependencies.js';
import type { HttpContext } from './authenticate/request-context.js';
import type { Listener } from './one-listener.js';

const REFUSAL = 'The operation or its variables do not match the schema of this API.';
const REVEALING_CODES: readonly unknown[] = ['GRAPHQL_VALIDATION_FAILED', 'BAD_USER_INPUT'];
const MOST_LOGGED = 5;

/**
 * Tells whether an error reveals the schema. Limits and the rejection of introspection have a code of their own and reveal
 * nothing.
 */
function isRevealing({ extensions }: GraphQLFormattedError): boolean {
  return REVEALING_CODES.includes(extensions?.code) && extensions?.validationErrorCode === undefined;
}

function mayKnow({ actor, fromRouter }: HttpContext): boolean {
  return fromRouter || (actor.kind === 'user' && actor.role === 'admin');
}

/** Every name in the schema. */
function namesOf(schema: GraphQLSchema): Set<string> {
  const names = new Set(schema.getDirectives().map(({ name }) => name));
  for (const type of Object.values(schema.getTypeMap())) {
    names.add(type.name);
    if (isEnumType(type)) for (const { name } of type.getValues()) names.add(name);
    if (!isObjectType(type) && !isInterfaceType(type) && !isInputObjectType(type)) continue;
    for (const field of Object.values(type.getFields())) {
      names.add(field.name);
      if ('args' in field) for (const { name } of field.args) names.add(name);
    }
  }
  return names;
}

/** Removes from a logged message what is not in the schema, because a client may have put a secret in place of a name. */
function withoutForeignNames(message: string, names: ReadonlySet<string>): string {
  return message.replace(/"([^"]*)"/g, (quoted, text: string) =>
    (text.match(/[^.!$[\]:]+/g) ?? []).every((word) => names.has(word)) ? quoted : '"…"',
  );
}

/**
 * Hides the names of types, fields and arguments in production, where the schema is not public (OWASP GraphQL). Every
 * document that does not fit gets the same text. The log has the details with the request id, and admins and the router
 * receive them.
 */
export function schemaSecrecy({ settings, logger }: Dependencies, schema: GraphQLSchema): Listener {
  if (settings.nodeEnv !== 'production' || settings.introspection) return {};
  const names = namesOf(schema);
  return {
    willSendResponse({ response: { body }, contextValue }) {
      if (body.kind !== 'single' || mayKnow(contextValue)) return;
      const { singleResult } = body;
      const revealing = singleResult.errors?.filter(isRevealing) ?? [];
      const [first] = revealing;
      if (first === undefined) return;
      const reasons = revealing.slice(0, MOST_LOGGED).map(({ message, locations }) => ({
        message: withoutForeignNames(message, names),
        at: locations?.map(({ line, column }) => `${line}:${column}`),
      }));
      logger.info({ requestId: contextValue.requestId, reasons }, 'an operation does not match the schema');
      singleResult.errors = [{ message: REFUSAL, extensions: { code: first.extensions?.code } }];
    },
  };
}

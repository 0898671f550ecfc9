import { type GraphQLResponse, HeaderMap } from '@apollo/server';
import {
  type DocumentNode,
  execute,
  GraphQLError,
  type GraphQLFormattedError,
  type GraphQLSchema,
  getOperationAST,
} from 'graphql';
import { LRUCache } from 'lru-cache';
import type { HttpContext } from './authenticate/request-context.js';
import type { JointListener, Listener } from './one-listener.js';

/** The characters of all documents that are kept. A document takes several hundred bytes for each of its words. */
const MOST_CHARACTERS = 100_000;

/** An operation of a client. */
export interface KnownOperation {
  query: string;
  operationName?: string | null;
  variables?: Record<string, unknown> | null;
}

/** Makes an error ready to be sent. */
export type FormatError = (formatted: GraphQLFormattedError, error: GraphQLError) => GraphQLFormattedError;

interface Parts {
  schema: GraphQLSchema;
  listener: JointListener;
  formatError: FormatError;
}

/** The status and the headers that an error sets. */
interface Head {
  status?: number;
  headers?: Map<string, string>;
}

/** Documents that Apollo Server has parsed and validated, with the operations that they can be executed for. */
export interface KnownDocuments {
  /** Keeps the documents that Apollo Server accepts. */
  learner: Listener;
  /** Executes an operation; undefined if only Apollo Server can answer it. */
  execute(operation: KnownOperation, contextValue: HttpContext): Promise<GraphQLResponse | undefined>;
}

/** Formats errors as Apollo Server does, and applies the status and headers that they set to the response. */
function formatAll(errors: readonly GraphQLError[], http: GraphQLResponse['http'], formatError: FormatError) {
  return errors.map((error) => {
    const { http: head, ...extensions } = error.extensions as { http?: Head; code?: unknown };
    if (head?.status !== undefined) http.status = head.status;
    for (const [name, value] of head?.headers ?? []) http.headers.set(name, value);
    const coded = { ...extensions, code: extensions.code ?? 'INTERNAL_SERVER_ERROR' };
    return formatError({ ...error.toJSON(), extensions: coded }, error);
  });
}

/**
 * Executes an operation between the steps that listeners follow. Undefined if its variables do not fit, in which case no
 * field has run.
 */
async function run(
  { schema, listener, formatError }: Parts,
  document: DocumentNode,
  { query: source, operationName: name, variables: given }: KnownOperation,
  contextValue: HttpContext,
): Promise<GraphQLResponse | undefined> {
  const [operationName, variables] = [name ?? undefined, given ?? undefined];
  const operation = getOperationAST(document, operationName);
  if (operation == null) return undefined;
  await listener.didResolveOperation({ source, document, operation, request: { variables }, contextValue });
  const result = await execute({ schema, document, contextValue, operationName, variableValues: variables });
  const { errors, ...rest } = result;
  if (errors !== undefined && rest.data === undefined) return undefined;
  const http: GraphQLResponse['http'] = { status: undefined, headers: new HeaderMap() };
  if (errors !== undefined) {
    await listener.didEncounterErrors({ errors, contextValue, operationName: operation.name?.value ?? null });
  }
  const formatted = errors === undefined ? {} : { errors: formatAll(errors, http, formatError) };
  const response: GraphQLResponse = { http, body: { kind: 'single', singleResult: { ...rest, ...formatted } } };
  await listener.willSendResponse({ contextValue, response });
  return response;
}

/**
 * Keeps documents by their text. For each request Apollo Server would compute a hash of the text to find the document, read
 * the Accept header, and wait a dozen times for hooks that nobody uses; together that costs as much as executing a short query.
 */
export function createKnownDocuments(parts: Parts): KnownDocuments {
  const known = new LRUCache<string, DocumentNode>({
    maxSize: MOST_CHARACTERS,
    sizeCalculation: (_document, source) => source.length,
  });
  return {
    learner: { didResolveOperation: ({ source, document }) => void known.set(source, document) },
    async execute(operation, contextValue) {
      const document = known.get(operation.query);
      return document === undefined ? undefined : await run(parts, document, operation, contextValue);
    },
  };
}

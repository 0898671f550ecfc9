import type { ApolloServer, GraphQLResponse } from '@apollo/server';
import { fastifyApolloHandler } from '@as-integrations/fastify';
import type { FastifyReply, FastifyRequest, RouteHandlerMethod } from 'fastify';
import { LRUCache } from 'lru-cache';
import type { HttpContext } from './authenticate/request-context.js';
import type { KnownDocuments } from './known-documents.js';

/** Creates the context of a request. */
export type ContextFactory = (request: FastifyRequest, reply: FastifyReply) => Promise<HttpContext>;

/** What executes operations. */
export interface Executors {
  server: ApolloServer<HttpContext>;
  documents: KnownDocuments;
}

/** The body of a usual request, as Apollo Server accepts it. */
interface Operation {
  query: string;
  operationName?: string | null;
  variables?: Record<string, unknown> | null;
  extensions?: Record<string, unknown> | null;
}

const JSON_BODY = /^application\/json\s*(?:;|$)/i;
const MOST_ACCEPTED = 100;
const LONGEST_ACCEPTED = 256;

const isRecord = (value: unknown) => typeof value === 'object' && value !== null && !Array.isArray(value);
const isRecordOrNone = (value: unknown) => value == null || isRecord(value);

/** Tells whether a request is one that Apollo Server would pass on as it is. */
function isUsual({ body, headers }: FastifyRequest): boolean {
  if (!isRecord(body) || !JSON_BODY.test(headers['content-type'] ?? '')) return false;
  const { query, operationName, variables, extensions } = body as Record<string, unknown>;
  return (
    typeof query === 'string' &&
    query !== '' &&
    (operationName == null || typeof operationName === 'string') &&
    isRecordOrNone(variables) &&
    isRecordOrNone(extensions)
  );
}

/** The content types that Apollo Server chose for earlier values of the Accept header. */
function createAnswerTypes() {
  const known = new LRUCache<string, string>({ max: MOST_ACCEPTED });
  const acceptOf = ({ headers }: FastifyRequest) => headers.accept ?? '';
  return {
    find: (request: FastifyRequest) => known.get(acceptOf(request)),
    learn(request: FastifyRequest, reply: FastifyReply): void {
      const type = reply.getHeader('content-type');
      const accept = acceptOf(request);
      if (reply.statusCode !== 200 || typeof type !== 'string' || accept.length > LONGEST_ACCEPTED) return;
      known.set(accept, type);
    },
  };
}

/** Executes an operation by the pipeline of Apollo Server. */
async function executeNew(
  server: ApolloServer<HttpContext>,
  { query, operationName, variables, extensions }: Operation,
  contextValue: HttpContext,
): Promise<GraphQLResponse> {
  const request = {
    query,
    operationName: operationName ?? undefined,
    variables: variables ?? undefined,
    extensions: extensions ?? undefined,
  };
  return await server.executeOperation(request, { contextValue });
}

/** Executes an operation and writes the status and headers of its response. Returns the body. */
async function execute(
  { server, documents }: Executors,
  operation: Operation,
  contextValue: HttpContext,
  reply: FastifyReply,
): Promise<string> {
  const known = operation.extensions == null ? await documents.execute(operation, contextValue) : undefined;
  const { body, http } = known ?? (await executeNew(server, operation, contextValue));
  if (body.kind !== 'single') throw new Error('Incremental delivery is not supported.');
  for (const [name, value] of http.headers) void reply.header(name, value);
  void reply.code(http.status ?? 200);
  const { errors, data, extensions: added } = body.singleResult;
  return `${JSON.stringify({ errors, data, extensions: added })}\n`;
}

/**
 * Serves operations. A usual request goes to the pipeline of Apollo Server directly, or past it if the document is known:
 * copying its headers and negotiating its content type anew would cost more than executing a short query. Apollo's HTTP layer
 * answers every other request, and every failure before the operation.
 */
export function graphqlHandler(executors: Executors, createContext: ContextFactory): RouteHandlerMethod {
  const { server } = executors;
  const failures = new WeakMap<FastifyRequest, unknown>();
  const types = createAnswerTypes();
  const integration = fastifyApolloHandler(server, {
    async context(request, reply) {
      if (failures.has(request)) throw failures.get(request);
      return await createContext(request, reply);
    },
  });
  return async function (request, reply) {
    const type = isUsual(request) ? types.find(request) : undefined;
    if (type !== undefined) {
      try {
        const answer = await execute(executors, request.body as Operation, await createContext(request, reply), reply);
        void reply.header('content-type', type);
        return answer;
      } catch (cause) {
        failures.set(request, cause);
      }
    }
    const answer: unknown = await integration.call(this, request, reply);
    types.learn(request, reply);
    return answer;
  };
}

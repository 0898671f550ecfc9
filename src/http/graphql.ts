import { ApolloServer } from '@apollo/server';
import { unwrapResolverError } from '@apollo/server/errors';
import {
  ApolloServerPluginCacheControlDisabled,
  ApolloServerPluginInlineTraceDisabled,
  ApolloServerPluginLandingPageDisabled,
} from '@apollo/server/plugin/disabled';
import { fastifyApolloDrainPlugin } from '@as-integrations/fastify';
import type { FastifyInstance, FastifyReply, FastifyRequest, HookHandlerDoneFunction } from 'fastify';
import { GraphQLError, type GraphQLFormattedError, type GraphQLSchema } from 'graphql';
import type { Dependencies } from '../dependencies.js';
import { accessProblems } from './access-problems.js';
import { createContextFactory, type HttpContext } from './authenticate/request-context.js';
import { browserGuard } from './browser-guard.js';
import { clientTurns } from './client-turns.js';
import { costlyOperations } from './costly-operations.js';
import { type Executors, graphqlHandler } from './graphql-handler.js';
import { untilHangUp } from './hang-up.js';
import { createKnownDocuments } from './known-documents.js';
import { joinListeners, type Listener, listenerPlugin } from './one-listener.js';
import { MAX_TOKENS, operationLimits, refuseManyFragments } from './operation-limits.js';
import { lostCookies, type OriginCheck } from './origins.js';
import { schemaSecrecy } from './schema-secrecy.js';
import { spreadStarts } from './spread-starts.js';
import { withoutValues } from './without-values.js';

/** The path of the API. */
export const GRAPHQL_PATH = '/graphql';

const FAULT_MESSAGE = 'Something went wrong on our side. Quote the request id when you report it.';

/** Tells whether an error is a fault: neither an expected failure nor a rejection by Apollo. */
function isFault(error: GraphQLError): boolean {
  return error.originalError != null && !(unwrapResolverError(error) instanceof GraphQLError);
}

/** Tells whether an argument was found invalid only when its field ran, such as a null in place of a default. */
function isUnfitArgument(error: GraphQLError): boolean {
  return !isFault(error) && error.message.startsWith('Argument "');
}

/** Logs the cause of each fault with the request id, and keeps the id for the masked error. */
function faultLog({ logger }: Dependencies, requestIds: WeakMap<object, string>): Listener {
  return {
    didEncounterErrors({ errors, contextValue: { requestId }, operationName }) {
      for (const error of errors.filter(isFault)) {
        requestIds.set(error, requestId);
        logger.error({ err: error.originalError, requestId, operationName, path: error.path }, 'an internal error');
      }
    },
  };
}

/** Masks faults, and removes the values of the client from other errors. */
function createErrorFormat(requestIds: WeakMap<object, string>) {
  return (formatted: GraphQLFormattedError, error: unknown): GraphQLFormattedError => {
    if (error instanceof GraphQLError && isUnfitArgument(error)) {
      return withoutValues({ ...formatted, extensions: { ...formatted.extensions, code: 'BAD_USER_INPUT' } });
    }
    if (!(error instanceof GraphQLError) || !isFault(error)) return withoutValues(formatted);
    const requestId = requestIds.get(error);
    return { message: FAULT_MESSAGE, path: formatted.path, extensions: { code: 'INTERNAL_SERVER_ERROR', requestId } };
  };
}

function createExecutors(
  dependencies: Dependencies,
  schema: GraphQLSchema,
  app: FastifyInstance,
  isAllowed: OriginCheck,
): Executors {
  const { settings, logger } = dependencies;
  const requestIds = new WeakMap<object, string>();
  const formatError = createErrorFormat(requestIds);
  const listeners = [
    browserGuard(isAllowed),
    faultLog(dependencies, requestIds),
    schemaSecrecy(dependencies, schema),
    costlyOperations(schema),
    accessProblems,
    lostCookies(dependencies),
    spreadStarts(),
  ];
  const documents = createKnownDocuments({ schema, listener: joinListeners(listeners), formatError });
  const server = new ApolloServer<HttpContext>({
    schema,
    introspection: settings.introspection,
    hideSchemaDetailsFromClientErrors: settings.nodeEnv === 'production',
    includeStacktraceInErrorResponses: false,
    csrfPrevention: true,
    allowBatchedHttpRequests: false,
    persistedQueries: false,
    parseOptions: { maxTokens: MAX_TOKENS },
    validationRules: operationLimits,
    stopOnTerminationSignals: false,
    logger: logger.child({ component: 'apollo' }, { level: 'warn' }),
    plugins: [
      ApolloServerPluginLandingPageDisabled(),
      ApolloServerPluginInlineTraceDisabled(),
      // It would wrap every field, and answers are never cached.
      ApolloServerPluginCacheControlDisabled(),
      fastifyApolloDrainPlugin(app),
      listenerPlugin(joinListeners([documents.learner, ...listeners])),
    ],
    formatError,
  });
  return { server, documents };
}

/** Rejects an invalid `Host`, as RFC 9112 (3.2) requires: Apollo Server could not read the request's URL. */
function refuseBadHosts() {
  let lastValid: string | undefined;
  return (request: FastifyRequest, _reply: FastifyReply, done: HookHandlerDoneFunction): void => {
    const { host } = request.headers;
    const isValid =
      (host !== undefined && host === lastValid) ||
      URL.canParse(request.url, `${request.protocol}://${request.hostname}/`);
    if (isValid) lastValid = host;
    done(isValid ? undefined : Object.assign(new Error('Invalid Host header.'), { statusCode: 400 }));
  };
}

/** Serves the schema at GRAPHQL_PATH, by POST only. */
export async function registerGraphQL(
  app: FastifyInstance,
  dependencies: Dependencies,
  schema: GraphQLSchema,
  isAllowed: OriginCheck,
): Promise<void> {
  const executors = createExecutors(dependencies, schema, app, isAllowed);
  await executors.server.start();
  const createContext = createContextFactory(dependencies);
  const takeTurn = clientTurns(dependencies);
  const context = async (request: FastifyRequest, reply: FastifyReply): Promise<HttpContext> => {
    refuseManyFragments((request.body as { query?: unknown } | null | undefined)?.query);
    await takeTurn(request, reply);
    try {
      return await createContext(request, reply);
    } catch (cause) {
      dependencies.logger.error({ err: cause, requestId: request.id }, 'an internal error before the operation');
      const extensions = { code: 'INTERNAL_SERVER_ERROR', requestId: request.id, http: { status: 500 } };
      throw new GraphQLError(FAULT_MESSAGE, { extensions });
    }
  };
  const handler = graphqlHandler(executors, context);
  const onRequest = refuseBadHosts();
  for (const path of [GRAPHQL_PATH, `${GRAPHQL_PATH}/`]) {
    app.post(path, { onRequest }, (request, reply) =>
      untilHangUp(request, reply, () => handler.call(app, request, reply)),
    );
  }
}

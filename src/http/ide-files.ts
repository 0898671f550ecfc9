import { readFileSync } from 'node:fs';
import type { FastifyInstance, FastifyRequest } from 'fastify';
import { type GraphQLSchema, introspectionFromSchema } from 'graphql';
import type { Dependencies } from '../dependencies.js';
import { isProblem } from '../problems.js';
import { refuseOthersThanAdmins } from '../services/admin/known-admin.js';
import { callerOf, contextOf, problemOf, refuse } from './admin-requests.js';
import { pageFile } from './page-files.js';

/** Creates a text on first use. */
function onFirstUse(create: () => string): () => string {
  let text: string | undefined;
  return () => {
    text ??= create();
    return text;
  };
}

/**
 * Serves what the IDE shows beside its editor: the documents, and the schema for when introspection is off. Where the schema
 * is not public, only a live session of an admin reads them.
 */
export function registerIdeFiles(app: FastifyInstance, dependencies: Dependencies, schema: GraphQLSchema): void {
  const { nodeEnv, introspection } = dependencies.settings;
  const refusalOf = async (request: FastifyRequest) =>
    await refuseOthersThanAdmins(contextOf(dependencies, request), await callerOf(dependencies, request));
  const serve = (name: string, isPublic: boolean, text: () => string) => {
    app.get(`/ide/${name}`, { exposeHeadRoute: false }, async (request, reply) => {
      const refused = isPublic ? undefined : await refusalOf(request).catch(problemOf);
      if (isProblem(refused)) return refuse(request, reply, refused);
      return reply.type('application/json; charset=utf-8').header('cache-control', 'no-store').send(text());
    });
  };
  const documents = readFileSync(pageFile('ide/generated/documents.json'), 'utf8');
  serve('documents.json', nodeEnv !== 'production', () => documents);
  const schemaText = onFirstUse(() => JSON.stringify({ data: introspectionFromSchema(schema) }));
  serve('schema.json', introspection, schemaText);
}

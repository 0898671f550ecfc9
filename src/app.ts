// Must be the first import: the decorators of the GraphQL types need it when they are evaluated.
import 'reflect-metadata';
import type { FastifyInstance } from 'fastify';
import type { GraphQLSchema } from 'graphql';
import type { IMiddlewareTypeMap } from 'graphql-middleware';
import type { Dependencies } from './dependencies.js';
import { createHttpServer } from './http/server.js';
import type { Shutdown } from './http/shutdown.js';
import { fieldRows, staffFields } from './operations/all.js';
import { limitSentences } from './operations/describe-limits.js';
import { checkOperations } from './permissions/check-operations.js';
import { createPermissions } from './permissions/permissions.js';
import { problemsAsData } from './permissions/problems-as-data.js';
import { createRateLimits } from './permissions/rate-limits.js';
import { rowsOfMutations } from './permissions/rows-of.js';
import { applyMiddleware } from './permissions/shield.js';
import { stepUps } from './permissions/step-up.js';
import type { Context } from './request.js';
import { AccountResolver } from './resolvers/account.js';
import { AdminAccountActsResolver } from './resolvers/admin/account-acts.js';
import { AdminActsResolver } from './resolvers/admin/acts.js';
import { AdminEventsResolver, AdminUserEventsResolver } from './resolvers/admin/events.js';
import { AdminMailsResolver, AdminUserMailsResolver } from './resolvers/admin/mails.js';
import { AdminObstacleResolver } from './resolvers/admin/obstacle.js';
import { AdminOverviewResolver } from './resolvers/admin/overview.js';
import { AdminServiceClientsResolver } from './resolvers/admin/service-clients.js';
import { AdminStatusResolver } from './resolvers/admin/status.js';
import { AdminSystemActsResolver } from './resolvers/admin/system-acts.js';
import { AdminUserListResolver } from './resolvers/admin/user-list.js';
import { AdminUsersResolver } from './resolvers/admin/users.js';
import { AuditResolver } from './resolvers/audit.js';
import { EmailChangeResolver } from './resolvers/email-change.js';
import { PasswordResolver } from './resolvers/password.js';
import { references } from './resolvers/references.js';
import { ServiceResolver } from './resolvers/service.js';
import {
  RefreshedUserResolver,
  SessionCountResolver,
  SessionResolver,
  UserSessionsResolver,
} from './resolvers/session.js';
import { SignInResolver } from './resolvers/sign-in.js';
import { TwoFactorResolver } from './resolvers/two-factor.js';
import { buildSubgraph, type Subgraph } from './schema/build-schema.js';

/** The gateway, ready to listen or to answer injected requests. Closing it leaves the dependencies open. */
export interface App extends Shutdown {
  http: FastifyInstance;
  schema: GraphQLSchema;
}

let subgraph: Subgraph | undefined;

/** The bare subgraph: types and resolvers, without limits and permissions. It holds no setting, so gateways in one process share it. */
export function createSubgraph(): Subgraph {
  subgraph ??= buildSubgraph(
    [
      AccountResolver,
      EmailChangeResolver,
      SignInResolver,
      SessionResolver,
      UserSessionsResolver,
      SessionCountResolver,
      RefreshedUserResolver,
      PasswordResolver,
      TwoFactorResolver,
      AuditResolver,
      AdminUsersResolver,
      AdminUserListResolver,
      AdminEventsResolver,
      AdminUserEventsResolver,
      AdminMailsResolver,
      AdminUserMailsResolver,
      AdminObstacleResolver,
      AdminActsResolver,
      AdminOverviewResolver,
      AdminAccountActsResolver,
      AdminSystemActsResolver,
      AdminStatusResolver,
      AdminServiceClientsResolver,
      ServiceResolver,
    ],
    { references, sentences: limitSentences, tagged: staffFields },
  );
  return subgraph;
}

/** The middleware of the fields below the root that have resolvers of their own, which can fail. */
function problemsOfFields(): IMiddlewareTypeMap {
  return Object.fromEntries(
    Object.entries(fieldRows).map(([type, rows]) => [
      type,
      Object.fromEntries(Object.keys(rows).map((field) => [field, problemsAsData])),
    ]),
  );
}

/** Wraps each field in its middleware, outermost first. Rejects a schema with an operation that has no row. */
export function protectSchema(schema: GraphQLSchema, dependencies: Dependencies): GraphQLSchema {
  checkOperations(schema);
  return applyMiddleware<unknown, Context, unknown>(
    schema,
    {
      Query: problemsAsData,
      Mutation: problemsAsData,
      ...problemsOfFields(),
    },
    { Mutation: rowsOfMutations },
    createRateLimits(dependencies),
    createPermissions(schema),
    { Mutation: stepUps },
  );
}

/** Combines schema, limits, permissions and HTTP. Does not listen. */
export async function buildApp(dependencies: Dependencies): Promise<App> {
  const schema = protectSchema(createSubgraph().schema, dependencies);
  const { http, shutdown } = await createHttpServer(dependencies, schema);
  return { http, schema, ...shutdown };
}

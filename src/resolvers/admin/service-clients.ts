import type { GraphQLResolveInfo } from 'graphql';
import { Arg, Args, Ctx, Info, Mutation, Query, Resolver } from 'type-graphql';
import { parseInput } from '../../inputs/parse.js';
import { serviceClientInputs } from '../../inputs/service-client.js';
import { isUuid } from '../../lib/uuid.js';
import { isProblem, type Problem, problem } from '../../problems.js';
import type { Context } from '../../request.js';
import {
  AdminCreateServiceClientInput,
  AdminServiceClientInput,
  AdminServiceClientResult,
  AdminServiceClientSecretResult,
  ServiceClientConnection,
  ServiceClientUpdated,
} from '../../schema/admin/service-clients.js';
import { ADMIN_PAGE_SIZE, AdminPageArguments } from '../../schema/admin/users.js';
import type { StaffMember } from '../../services/admin/administrator.js';
import { MICROSECONDS, readKeysetPage } from '../../services/admin/keyset.js';
import { createServiceClient } from '../../services/admin/service-clients/create.js';
import { listServiceClients, SERVICE_CLIENT_ORDER } from '../../services/admin/service-clients/list.js';
import { revokeServiceClient } from '../../services/admin/service-clients/revoke.js';
import { rotateServiceClientSecret } from '../../services/admin/service-clients/rotate.js';
import { toServiceClientConnection, toServiceClientSecret, toServiceClientType } from '../mapping/service-client.js';
import { onceInRootField } from '../once-in-root-field.js';
import { staffOf } from './act.js';

/** Runs an act of the signed-in admin on the client of an input. */
async function onClient<Outcome>(
  context: Context,
  input: AdminServiceClientInput,
  act: (by: StaffMember, id: string) => Promise<Outcome>,
): Promise<Outcome | Problem<'UNAUTHENTICATED' | 'NOT_FOUND'>> {
  const { clientId } = parseInput(serviceClientInputs.onClient, input);
  const by = staffOf(context);
  if (isProblem(by)) return by;
  return isUuid(clientId) ? await act(by, clientId.toLowerCase()) : problem('NOT_FOUND');
}

/** The administration of the services that call the gateway. */
@Resolver()
export class AdminServiceClientsResolver {
  @Query(() => ServiceClientConnection, {
    description: 'The service clients, newest first, with those that are revoked or expired.',
  })
  async adminServiceClients(
    @Args(() => AdminPageArguments) { first, after }: AdminPageArguments,
    @Ctx() context: Context,
    @Info() info: GraphQLResolveInfo,
  ) {
    const request = { first: first ?? ADMIN_PAGE_SIZE, after: after ?? null };
    const window = readKeysetPage(request, SERVICE_CLIENT_ORDER, MICROSECONDS);
    if (isProblem(window)) return window;
    return await onceInRootField(context, info, ['service-clients', window], async () => {
      const page = await listServiceClients(context, window);
      return isProblem(page) ? page : toServiceClientConnection(page);
    });
  }

  @Mutation(() => AdminServiceClientSecretResult, {
    description: 'Creates a service client, and returns its secret this once.',
  })
  async adminCreateServiceClient(
    @Arg('input', () => AdminCreateServiceClientInput, { description: 'The new client.' })
    input: AdminCreateServiceClientInput,
    @Ctx() context: Context,
  ) {
    const client = parseInput(serviceClientInputs.create, input);
    const by = staffOf(context);
    if (isProblem(by)) return by;
    const outcome = await createServiceClient(context, by, client);
    return isProblem(outcome) ? outcome : toServiceClientSecret(outcome);
  }

  @Mutation(() => AdminServiceClientSecretResult, {
    description:
      'Gives a service client a new secret, and returns it this once. The secret before it is accepted for another 24 hours, an older one no longer. CONFLICT if the client is revoked or expired, or if another rotation came first.',
  })
  async adminRotateServiceClientSecret(
    @Arg('input', () => AdminServiceClientInput, { description: 'The client.' }) input: AdminServiceClientInput,
    @Ctx() context: Context,
  ) {
    const outcome = await onClient(context, input, (by, id) => rotateServiceClientSecret(context, by, id));
    return isProblem(outcome) ? outcome : toServiceClientSecret(outcome);
  }

  @Mutation(() => AdminServiceClientResult, {
    description:
      'Revokes a service client for good, in every process within a second. A client that is already revoked is returned as it is.',
  })
  async adminRevokeServiceClient(
    @Arg('input', () => AdminServiceClientInput, { description: 'The client.' }) input: AdminServiceClientInput,
    @Ctx() context: Context,
  ) {
    const outcome = await onClient(context, input, (by, id) => revokeServiceClient(context, by, id));
    if (isProblem(outcome)) return outcome;
    return Object.assign(new ServiceClientUpdated(), { client: toServiceClientType(outcome.client) });
  }
}

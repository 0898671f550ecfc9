import type { Command } from 'commander';
import { serviceClientInputs, serviceScopes } from '../../inputs/service-client.js';
import { isUuid } from '../../lib/uuid.js';
import { isProblem, type Problem } from '../../problems.js';
import { OPERATOR } from '../../services/admin/administrator.js';
import type { SecretIssued } from '../../services/admin/service-clients/create.js';
import type { ServiceClientRecord } from '../../services/service-clients/record.js';
import type { UseCaseContext } from '../../services/use-case.js';
import { type Answer, invalid, refused } from '../answer.js';
import { runOnDatabase } from '../run-command.js';

const MOST = 100;
const NO_CLIENT = 'There is no service client with this id.';

function describe({ id, name, scopes, expiresAt, lastUsedAt, revokedAt }: ServiceClientRecord): string {
  const state = [
    ...(revokedAt == null ? [] : [`revoked ${revokedAt.toISOString()}`]),
    ...(expiresAt == null ? [] : [`expires ${expiresAt.toISOString()}`]),
    lastUsedAt == null ? 'never used' : `last used ${lastUsedAt.toISOString()}`,
  ];
  return [id, name, scopes.join(' '), ...state].join('  ');
}

async function list(context: UseCaseContext): Promise<Answer> {
  const { listServiceClients } = await import('../../services/admin/service-clients/list.js');
  const page = await listServiceClients(context, { kind: 'keyset-window', first: MOST, after: null });
  if (isProblem(page)) return refused(page);
  const serviceClients = page.items.map(({ item }) => item);
  const lines = serviceClients.map(describe);
  if (page.hasNextPage) lines.push(`Only the newest ${MOST} are shown.`);
  const text = lines.join('\n') || 'There is no service client.';
  return { text, data: { serviceClients, hasMore: page.hasNextPage } };
}

/** The answer with a new secret, which only its standard output contains. */
function issued(outcome: SecretIssued | Problem, refusals: Partial<Record<string, string>> = {}): Answer {
  if (isProblem(outcome)) {
    const [field] = outcome.code === 'INPUT_INVALID' ? outcome.fields : [];
    return refused(outcome, refusals[outcome.code] ?? field?.message ?? outcome.message);
  }
  const { client, secret } = outcome;
  const lines = [
    `id:     ${client.id}`,
    `secret: ${secret}`,
    'The secret is shown only now. Store it where the service reads it.',
  ];
  return { text: lines.join('\n'), data: { serviceClient: client, secret } };
}

interface CreateOptions {
  scope?: string[];
  expires?: string;
}

async function create(
  context: UseCaseContext,
  name: string,
  { scope: scopes = [], expires }: CreateOptions,
): Promise<Answer> {
  const expiresAt = expires === undefined ? null : new Date(expires);
  if (expiresAt !== null && Number.isNaN(expiresAt.getTime())) {
    return { text: 'Give the expiry as a date such as 2030-01-31.', code: 'INPUT_INVALID' };
  }
  const parsed = serviceClientInputs.create.safeParse({ name, scopes, expiresAt });
  if (!parsed.success) return invalid(parsed.error);
  const { createServiceClient } = await import('../../services/admin/service-clients/create.js');
  return issued(await createServiceClient(context, OPERATOR, parsed.data));
}

async function rotate(context: UseCaseContext, id: string): Promise<Answer> {
  const { rotateServiceClientSecret } = await import('../../services/admin/service-clients/rotate.js');
  const answer = issued(await rotateServiceClientSecret(context, OPERATOR, id), {
    NOT_FOUND: NO_CLIENT,
    CONFLICT: 'This client is revoked or expired, or is being rotated by somebody else.',
  });
  return answer.code === undefined
    ? { ...answer, text: `${answer.text}\nThe secret before it works for another 24 hours.` }
    : answer;
}

async function revoke(context: UseCaseContext, id: string): Promise<Answer> {
  const { revokeServiceClient } = await import('../../services/admin/service-clients/revoke.js');
  const outcome = await revokeServiceClient(context, OPERATOR, id);
  if (isProblem(outcome)) return refused(outcome, NO_CLIENT);
  const { client } = outcome;
  return {
    text: `${client.name} is revoked since ${client.revokedAt?.toISOString()}.`,
    data: { serviceClient: client },
  };
}

type OnClient = (context: UseCaseContext, id: string) => Promise<Answer>;

function addOnClient(clients: Command, name: string, description: string, perform: OnClient): void {
  clients
    .command(name)
    .description(description)
    .argument('<id>', 'id of the client')
    .action(async (id: string, _options: object, command: Command) => {
      await runOnDatabase(command, async (context) =>
        isUuid(id) ? await perform(context, id.toLowerCase()) : { text: NO_CLIENT, code: 'NOT_FOUND' },
      );
    });
}

/** Adds the commands for the services that call the gateway. */
export function addServiceClientCommands(program: Command): void {
  const clients = program.command('service-clients').description('the services that call the gateway');
  clients
    .command('list')
    .description(`list the newest ${MOST} service clients`)
    .action(async (_options: object, command: Command) => {
      await runOnDatabase(command, list);
    });
  clients
    .command('create')
    .description('create a service client and print its secret once')
    .argument('<name>', 'name for people')
    .option('--scope <scope...>', `what it is allowed to do, at least one: ${serviceScopes.join(', ')}`)
    .option('--expires <date>', 'when it expires, such as 2030-01-31; never if omitted')
    .action(async (name: string, options: CreateOptions, command: Command) => {
      await runOnDatabase(command, (context) => create(context, name, options));
    });
  addOnClient(clients, 'rotate', 'print a new secret once; the one before it works for another 24 hours', rotate);
  addOnClient(clients, 'revoke', 'revoke a client for good, in every process within a second', revoke);
}

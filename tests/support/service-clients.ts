import type { ServiceScope } from '../../src/inputs/service-client.js';
import {
  AdminCreateServiceClientDocument,
  AdminRevokeServiceClientDocument,
  AdminRotateServiceClientSecretDocument,
} from '../generated/operations.js';
import type { TestGateway } from './app.js';
import { expectType } from './journey.js';
import type { StaffMember } from './staff.js';

/** The credential of a service. */
export interface Credential {
  id: string;
  secret: string;
}

/** A credential in the headers of the gateway. */
export function asHeaders({ id, secret }: Credential): Record<string, string> {
  return { 'x-service-id': id, 'x-service-secret': secret };
}

/** A credential as HTTP Basic. */
export function asBasic({ id, secret }: Credential): Record<string, string> {
  return { authorization: `Basic ${Buffer.from(`${id}:${secret}`).toString('base64')}` };
}

/** Creates a service with scopes, by an admin. */
export async function service(
  gateway: TestGateway,
  { token }: Pick<StaffMember, 'token'>,
  scopes: ServiceScope[],
  expiresAt?: string,
): Promise<Credential> {
  const input = { name: 'billing', scopes, ...(expiresAt === undefined ? {} : { expiresAt }) };
  const { data } = await gateway.ask(AdminCreateServiceClientDocument, { input }, { token });
  const { client, secret } = expectType(data.adminCreateServiceClient, 'ServiceClientSecret');
  return { id: client.id, secret };
}

/** Rotates the secret of a service, by an admin. */
export async function rotated(gateway: TestGateway, { token }: Pick<StaffMember, 'token'>, clientId: string) {
  const { data } = await gateway.ask(AdminRotateServiceClientSecretDocument, { input: { clientId } }, { token });
  return data.adminRotateServiceClientSecret;
}

/** Revokes a service, by an admin. */
export async function revoked(gateway: TestGateway, { token }: Pick<StaffMember, 'token'>, clientId: string) {
  const { data } = await gateway.ask(AdminRevokeServiceClientDocument, { input: { clientId } }, { token });
  return data.adminRevokeServiceClient;
}

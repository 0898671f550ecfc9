import {
  ServiceClient,
  ServiceClientConnection,
  ServiceClientEdge,
  ServiceClientSecret,
} from '../../schema/admin/service-clients.js';
import type { SecretIssued } from '../../services/admin/service-clients/create.js';
import type { ServiceClientPage } from '../../services/admin/service-clients/list.js';
import type { ServiceClientRecord } from '../../services/service-clients/record.js';
import { toPageInfo } from './page-info.js';

/** A service client as staff see it. */
export function toServiceClientType({ previousUntil, ...client }: ServiceClientRecord): ServiceClient {
  return Object.assign(new ServiceClient(), client, { previousSecretValidUntil: previousUntil });
}

/** A service client with its new secret. */
export function toServiceClientSecret({ client, secret }: SecretIssued): ServiceClientSecret {
  return Object.assign(new ServiceClientSecret(), { client: toServiceClientType(client), secret });
}

/** A page of service clients as a Relay connection. */
export function toServiceClientConnection(page: ServiceClientPage): ServiceClientConnection {
  const edges = page.items.map(({ cursor, item }) =>
    Object.assign(new ServiceClientEdge(), { cursor, node: toServiceClientType(item) }),
  );
  const nodes = edges.map(({ node }) => node);
  return Object.assign(new ServiceClientConnection(), { edges, nodes, pageInfo: toPageInfo(page) });
}

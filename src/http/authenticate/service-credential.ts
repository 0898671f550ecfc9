import type { FastifyRequest } from 'fastify';
import type { Dependencies } from '../../dependencies.js';
import { isDatabaseUnavailable } from '../../lib/database-errors.js';
import { isUuid } from '../../lib/uuid.js';
import type { ServiceCredential } from '../../services/service-clients/service-clients.js';
import { header, userAgentOf } from '../header.js';
import type { Caller, Strategy } from './strategy.js';

const BASIC = /^Basic +([A-Za-z0-9+/_=-]+) *$/i;

/** Decodes a part of a Basic credential, which OAuth clients encode as a form (RFC 6749, 2.3.1). */
function decoded(part: string): string {
  try {
    return decodeURIComponent(part);
  } catch {
    return part;
  }
}

/** Reads the credential of a service from an Authorization header; undefined if it contains anything else. */
export function readBasicCredential(authorization: string): ServiceCredential | undefined {
  const encoded = BASIC.exec(authorization)?.[1];
  if (encoded === undefined) return undefined;
  const text = Buffer.from(encoded, 'base64').toString('utf8');
  const colon = text.indexOf(':');
  if (colon < 0) return undefined;
  const id = decoded(text.slice(0, colon));
  return isUuid(id) ? { id, secret: decoded(text.slice(colon + 1)) } : undefined;
}

/** Reads the credential that a request presents: in its own headers, otherwise as HTTP Basic. */
function presentedCredential(request: FastifyRequest): ServiceCredential | undefined {
  const id = header(request, 'x-service-id');
  const secret = header(request, 'x-service-secret');
  if (id !== null && secret !== null) return { id, secret };
  const authorization = header(request, 'authorization');
  return authorization === null ? undefined : readBasicCredential(authorization);
}

async function serviceOf(
  { serviceClients, clock }: Dependencies,
  request: FastifyRequest,
  credential: ServiceCredential,
): Promise<Pick<Caller, 'service'>> {
  const client = { ipAddress: request.clientAddress, userAgent: userAgentOf(request), deviceToken: null };
  try {
    return { service: await serviceClients.authenticate(credential, { clock, client, requestId: request.id }) };
  } catch (cause) {
    if (isDatabaseUnavailable(cause)) return { service: 'unverifiable' };
    throw cause;
  }
}

const NONE = {};

/** Recognises a service by its id and its secret. A wrong credential counts as none, so that it answers as for a stranger. */
export const serviceCredential: Strategy = (dependencies, request) => {
  const credential = presentedCredential(request);
  return credential === undefined ? NONE : serviceOf(dependencies, request, credential);
};

import type { FastifyRequest } from 'fastify';
import type { Dependencies } from '../../dependencies.js';
import { accessToken } from './access-token.js';
import { routerCredential } from './router-credential.js';
import { serviceCredential } from './service-credential.js';
import type { Caller, Strategy } from './strategy.js';

/** Every kind of credential that the gateway accepts. */
const strategies: readonly Strategy[] = [accessToken, routerCredential, serviceCredential];

/** Identifies the caller of a request by each kind of credential. */
export async function authenticate(dependencies: Dependencies, request: FastifyRequest): Promise<Caller> {
  const caller: Caller = { actor: { kind: 'anonymous' }, fromRouter: false, hasRouterSecret: false };
  for (const strategy of strategies) {
    const found = strategy(dependencies, request);
    Object.assign(caller, found instanceof Promise ? await found : found);
  }
  return caller;
}

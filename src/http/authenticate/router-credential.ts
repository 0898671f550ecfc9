import { createHash } from 'node:crypto';
import type { FastifyRequest } from 'fastify';
import type { Dependencies } from '../../dependencies.js';
import { equalInConstantTime } from '../../lib/constant-time.js';
import { header } from '../header.js';
import type { Strategy } from './strategy.js';

const digest = (text: string) => createHash('sha256').update(text).digest();

/** Tells whether the request contains the configured secret of the router. */
export function hasRouterSecret(
  { settings: { routerSecret } }: Pick<Dependencies, 'settings'>,
  request: FastifyRequest,
): boolean {
  if (routerSecret === undefined) return false;
  const given = header(request, 'x-router-secret') ?? header(request, 'router-authorization');
  return given !== null && equalInConstantTime(digest(given), digest(routerSecret));
}

/**
 * Recognises the router of the supergraph by its secret. Without a configured secret, every caller counts as the router
 * outside production.
 */
export const routerCredential: Strategy = (dependencies, request) => {
  const { routerSecret, nodeEnv } = dependencies.settings;
  const isProven = hasRouterSecret(dependencies, request);
  return {
    hasRouterSecret: isProven,
    fromRouter: isProven || (routerSecret === undefined && nodeEnv !== 'production'),
  };
};

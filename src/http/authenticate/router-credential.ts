import { createHash } from 'node:crypto';
import type { FastifyRequest } from 'fastify';
import type { Dependencies } from '../../dependencies.js';
import { equalInConstantTime } from '../../lib/constant-time.js';
import { header } from '../header.js';
import type { Strategy } from './strategy.js';

const digest = (text: string) => createHash('sha256').update(text).digest();

/**
 * Tells whether the request contains the router's secret. Without a configured secret, every caller counts as the router
 * outside production.
 */
export function isFromRouter({ settings }: Pick<Dependencies, 'settings'>, request: FastifyRequest): boolean {
  const { routerSecret, nodeEnv } = settings;
  if (routerSecret === undefined) return nodeEnv !== 'production';
  const given = header(request, 'x-router-secret') ?? header(request, 'router-authorization');
  return given !== null && equalInConstantTime(digest(given), digest(routerSecret));
}

/** Recognises the router of the supergraph by its secret. */
export const routerCredential: Strategy = (dependencies, request) => ({
  fromRouter: isFromRouter(dependencies, request),
});

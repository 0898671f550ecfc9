import type { FastifyRequest } from 'fastify';
import type { Dependencies } from '../../dependencies.js';
import type { Context } from '../../request.js';

/** The caller of a request, as its credentials identify them. */
export type Caller = Pick<Context, 'actor' | 'service' | 'fromRouter' | 'hasRouterSecret'>;

/** Verifies one kind of credential and returns what it says about the caller. */
export type Strategy = (
  dependencies: Dependencies,
  request: FastifyRequest,
) => Partial<Caller> | Promise<Partial<Caller>>;

import type { FastifyReply } from 'fastify';
import { HungUp, inRequest } from '../lib/request-scope.js';

/** Runs what answers a request, and stops it when the connection closes before the answer was written. */
export function untilHangUp<Result>({ raw }: FastifyReply, work: () => Result): Result {
  const hangUp = new AbortController();
  raw.once('close', () => {
    if (!raw.writableEnded) hangUp.abort(new HungUp());
  });
  return inRequest(hangUp.signal, work);
}

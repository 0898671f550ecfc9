import type { FastifyReply, FastifyRequest } from 'fastify';
import { clientNetwork } from '../lib/client-network.js';
import { HungUp, inRequest } from '../lib/request-scope.js';

/** Runs the handler of a request, and aborts it if the connection closes before the answer was written. */
export function untilHangUp<Result>(request: FastifyRequest, { raw }: FastifyReply, work: () => Result): Result {
  const hangUp = new AbortController();
  raw.once('close', () => {
    if (!raw.writableEnded) hangUp.abort(new HungUp());
  });
  return inRequest(clientNetwork(request.clientAddress), hangUp.signal, work);
}

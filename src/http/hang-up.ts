import type { FastifyReply, FastifyRequest } from 'fastify';
import { clientNetwork } from '../lib/client-network.js';
import { HungUp, inRequest } from '../lib/request-scope.js';

/**
 * Runs the handler of a request, and aborts it if the connection closes before the answer was written. The signal is created
 * when something first waits for it.
 */
export function untilHangUp<Result>(request: FastifyRequest, { raw }: FastifyReply, work: () => Result): Result {
  let hasClosed = false;
  let hangUp: AbortController | undefined;
  raw.on('close', () => {
    hasClosed = !raw.writableEnded;
    if (hasClosed) hangUp?.abort(new HungUp());
  });
  const signal = () => {
    hangUp ??= new AbortController();
    if (hasClosed) hangUp.abort(new HungUp());
    return hangUp.signal;
  };
  return inRequest(clientNetwork(request.clientAddress), signal, work);
}

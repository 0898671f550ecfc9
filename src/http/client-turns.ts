import type { FastifyReply, FastifyRequest } from 'fastify';
import type { Dependencies } from '../dependencies.js';
import { tick } from '../lib/clock.js';
import { createGate, type Leave } from '../lib/gate.js';
import { hangUpSignal, requestClient } from '../lib/request-scope.js';
import { isFromRouter } from './authenticate/router-credential.js';
import { busy } from './busy.js';

/** What a client may have at work at once while there are others. */
const SHARE = 2;
const MOST_WAITING = 1_000;
const LONGEST_WAIT_MILLISECONDS = 5_000;
/** What is at work for longer waits for something else than this process, and keeps nothing else of its client waiting. */
const LONGEST_TURN_MILLISECONDS = 500;
/** After each its place rests for as long as it took, so that the process is not at work for one client all the time. */
const LONGEST_REST_MILLISECONDS = 250;

/** Ends the wait of a client that is gone, or that has waited long enough to be told so. */
function endOfWait(): AbortSignal {
  const tooLate = AbortSignal.timeout(LONGEST_WAIT_MILLISECONDS);
  const hangUp = hangUpSignal();
  return hangUp === undefined ? tooLate : AbortSignal.any([hangUp, tooLate]);
}

function leaveAfter({ raw }: FastifyReply, leave: Leave): void {
  const begun = tick();
  const late = setTimeout(leave, LONGEST_TURN_MILLISECONDS).unref();
  raw.once('close', () => {
    clearTimeout(late);
    setTimeout(leave, Math.min(tick() - begun, LONGEST_REST_MILLISECONDS)).unref();
  });
}

/**
 * While there are several clients, each has a few operations at work at once, however many connections it opens, and the rest
 * of them wait in memory: what somebody else asks finds a process that is not busy. A client that is alone has the whole of
 * it. The router, which speaks for many, waits for nobody where its secret proves that it is the router.
 * The turn begins before the document is parsed, and what is refused or hung up meanwhile costs nothing more.
 * @throws GraphQLError TEMPORARILY_UNAVAILABLE where too many wait, or a turn does not come in time.
 */
export function clientTurns(dependencies: Pick<Dependencies, 'settings'>) {
  const gate = createGate({ places: Number.POSITIVE_INFINITY, queueLimit: MOST_WAITING, share: SHARE });
  return async (request: FastifyRequest, reply: FastifyReply): Promise<void> => {
    if (dependencies.settings.routerSecret !== undefined && isFromRouter(dependencies, request)) return;
    const taken = await Promise.resolve(gate.take(requestClient(), endOfWait)).catch(busy);
    if (typeof taken !== 'function') throw busy();
    leaveAfter(reply, taken);
  };
}

import type { FastifyReply, FastifyRequest } from 'fastify';
import type { Dependencies } from '../dependencies.js';
import { tick } from '../lib/clock.js';
import { createGate, type Leave } from '../lib/gate.js';
import { hangUpSignal, requestClient } from '../lib/request-scope.js';
import { hasRouterSecret } from './authenticate/router-credential.js';
import { busy } from './busy.js';

/** Operations that one client can run at once while there are other clients. */
const SHARE = 2;
const MOST_WAITING = 1_000;
const LONGEST_WAIT_MILLISECONDS = 5_000;
/** An operation that runs longer waits for something outside this process, and no longer holds back its client. */
const LONGEST_TURN_MILLISECONDS = 500;
/**
 * After each operation its place rests for as long as it took, so that one client does not occupy the process all the time.
 */
const LONGEST_REST_MILLISECONDS = 250;

/** Ends the wait of a client that hung up or has waited too long. */
function endOfWait(): AbortSignal {
  const tooLate = AbortSignal.timeout(LONGEST_WAIT_MILLISECONDS);
  const hangUp = hangUpSignal();
  return hangUp === undefined ? tooLate : AbortSignal.any([hangUp, tooLate]);
}

/** Ends turns that take too long. One timer serves all of them, because they began in order. */
function createLongTurns() {
  const running = new Map<Leave, number>();
  let isWaiting = false;
  const wait = (milliseconds: number): void => {
    if (!isWaiting) setTimeout(end, milliseconds).unref();
    isWaiting = true;
  };
  const end = (): void => {
    isWaiting = false;
    for (const [leave, begun] of running) {
      const left = begun + LONGEST_TURN_MILLISECONDS - tick();
      if (left > 0) {
        wait(Math.ceil(left));
        return;
      }
      running.delete(leave);
      leave();
    }
  };
  return {
    add(leave: Leave): void {
      running.set(leave, tick());
      wait(LONGEST_TURN_MILLISECONDS);
    },
    delete: (leave: Leave) => void running.delete(leave),
  };
}

function leaveAfter({ raw }: FastifyReply, leave: Leave, turns: ReturnType<typeof createLongTurns>): void {
  const begun = tick();
  turns.add(leave);
  raw.on('close', () => {
    turns.delete(leave);
    setTimeout(leave, Math.min(tick() - begun, LONGEST_REST_MILLISECONDS)).unref();
  });
}

/**
 * Limits the operations that each client runs at once while there are several clients, however many connections it opens.
 * Further operations wait in memory, so that other clients find a process that is not busy. A single client has the whole
 * process. The router, which acts for many clients, does not wait if its secret identifies it. The turn begins before the
 * document is parsed, so operations that are rejected or abandoned meanwhile cost nothing more.
 * @throws GraphQLError TEMPORARILY_UNAVAILABLE if too many wait, or if a turn does not come in time.
 */
export function clientTurns(dependencies: Pick<Dependencies, 'settings'>) {
  const gate = createGate({ places: Number.POSITIVE_INFINITY, queueLimit: MOST_WAITING, share: SHARE });
  const turns = createLongTurns();
  return async (request: FastifyRequest, reply: FastifyReply): Promise<void> => {
    if (hasRouterSecret(dependencies, request)) return;
    const turn = gate.take(requestClient(), endOfWait);
    const taken = turn instanceof Promise ? await turn.catch(busy) : turn;
    if (typeof taken !== 'function') throw busy();
    leaveAfter(reply, taken, turns);
  };
}

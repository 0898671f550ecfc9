import type { ApolloServerPlugin, GraphQLRequestListener } from '@apollo/server';
import type { Dependencies } from '../dependencies.js';
import { tick } from '../lib/clock.js';
import { createGate, type Leave } from '../lib/gate.js';
import { hangUpSignal, requestClient } from '../lib/request-scope.js';
import { busy } from './busy.js';
import type { HttpContext } from './request-context.js';

/** What a client may have at work at once while there are others. */
const SHARE = 2;
const MOST_WAITING = 1_000;
/** What is at work for longer waits for something else than this process, and keeps nothing else of its client waiting. */
const LONGEST_TURN_MILLISECONDS = 500;
/** After each its place rests for as long as it took, so that the process is not at work for one client all the time. */
const LONGEST_REST_MILLISECONDS = 250;

type Listener = GraphQLRequestListener<HttpContext>;

/** Raised where it is answered. */
const refused: Listener = {
  async didResolveOperation() {
    throw busy();
  },
};

function atWork(leave: Leave): Listener {
  const begun = tick();
  const late = setTimeout(leave, LONGEST_TURN_MILLISECONDS).unref();
  return {
    async willSendResponse() {
      clearTimeout(late);
      setTimeout(leave, Math.min(tick() - begun, LONGEST_REST_MILLISECONDS)).unref();
    },
  };
}

/**
 * While there are several clients, each has a few operations at work at once, however many connections it opens, and the rest
 * of them wait in memory: what somebody else asks finds a process that is not busy. A client that is alone has the whole of
 * it. The router, which speaks for many, waits for nobody where its secret proves that it is the router.
 */
export function clientTurns({ settings }: Pick<Dependencies, 'settings'>): ApolloServerPlugin<HttpContext> {
  const gate = createGate({ places: Number.POSITIVE_INFINITY, queueLimit: MOST_WAITING, share: SHARE });
  // What a client asked that hung up meanwhile ends by itself.
  const turn = () => Promise.resolve(gate.take(requestClient(), hangUpSignal)).catch(() => undefined);
  return {
    async requestDidStart({ contextValue: { fromRouter } }) {
      if (fromRouter && settings.routerSecret !== undefined) return;
      const taken = await turn();
      if (taken === undefined) return;
      return taken === 'full' ? refused : atWork(taken);
    },
  };
}

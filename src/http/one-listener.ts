import type { ApolloServerPlugin, GraphQLRequestListener } from '@apollo/server';
import type { HttpContext } from './authenticate/request-context.js';

type Step = 'didResolveOperation' | 'didEncounterErrors' | 'willSendResponse';
type Given<Name extends Step> = Parameters<NonNullable<GraphQLRequestListener<HttpContext>[Name]>>[0];
type Hook<Name extends Step> = (given: Given<Name>) => void | Promise<void>;

/** The steps of a request that the edge follows. Most have nothing to wait for. */
export type Listener = { [Name in Step]?: Hook<Name> };

/** Runs the hooks of one step in order; one that throws ends the step. */
function inOrder<Name extends Step>(listeners: readonly Listener[], step: Name) {
  const hooks = listeners.flatMap((listener) => (listener[step] as Hook<Name> | undefined) ?? []);
  return async (given: Given<Name>): Promise<void> => {
    for (const hook of hooks) {
      const waiting = hook(given);
      if (waiting !== undefined) await waiting;
    }
  };
}

/** One plugin for all listeners. Apollo creates and asks the listeners of each plugin anew for every step of every request. */
export function oneListener(listeners: readonly Listener[]): ApolloServerPlugin<HttpContext> {
  const joined = {
    didResolveOperation: inOrder(listeners, 'didResolveOperation'),
    didEncounterErrors: inOrder(listeners, 'didEncounterErrors'),
    willSendResponse: inOrder(listeners, 'willSendResponse'),
  };
  return { requestDidStart: async () => joined };
}

import type { ApolloServerPlugin, GraphQLRequestListener } from '@apollo/server';
import type { HttpContext } from './authenticate/request-context.js';

/** The steps of a request that the edge follows. */
export type Listener = Pick<
  GraphQLRequestListener<HttpContext>,
  'didResolveOperation' | 'didEncounterErrors' | 'willSendResponse'
>;

type Step = keyof Listener;
type Hook<Name extends Step> = NonNullable<Listener[Name]>;

/** Runs the hooks of one step in order; one that throws ends the step. */
function inOrder<Name extends Step>(listeners: readonly Listener[], step: Name) {
  const hooks = listeners.map((listener) => listener[step]).filter((hook): hook is Hook<Name> => hook !== undefined);
  return async (context: Parameters<Hook<Name>>[0]): Promise<void> => {
    for (const hook of hooks as ((given: typeof context) => Promise<void>)[]) await hook(context);
  };
}

/** One plugin for all listeners. Apollo creates and asks the listeners of each plugin anew for every step of every request. */
export function oneListener(listeners: readonly Listener[]): ApolloServerPlugin<HttpContext> {
  const joined: Listener = {
    didResolveOperation: inOrder(listeners, 'didResolveOperation'),
    didEncounterErrors: inOrder(listeners, 'didEncounterErrors'),
    willSendResponse: inOrder(listeners, 'willSendResponse'),
  };
  return { requestDidStart: async () => joined };
}

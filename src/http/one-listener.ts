import type { ApolloServerPlugin, GraphQLResponse } from '@apollo/server';
import type { DocumentNode, GraphQLError, OperationDefinitionNode } from 'graphql';
import type { HttpContext } from './authenticate/request-context.js';

/** The arguments that each step of a request receives. */
interface Given {
  didResolveOperation: {
    readonly source: string;
    readonly document: DocumentNode;
    readonly operation?: OperationDefinitionNode | undefined;
    readonly request: { readonly variables?: Record<string, unknown> | undefined };
    readonly contextValue: HttpContext;
  };
  didEncounterErrors: {
    readonly errors: readonly GraphQLError[];
    readonly operationName?: string | null | undefined;
    readonly contextValue: HttpContext;
  };
  willSendResponse: {
    readonly contextValue: HttpContext;
    readonly response: GraphQLResponse;
  };
}

type Step = keyof Given;
type Hook<Name extends Step> = (given: Given[Name]) => void | Promise<void>;

/** The steps of a request that the edge follows. Most have nothing to wait for. */
export type Listener = { [Name in Step]?: Hook<Name> };

/** All listeners as one. */
export type JointListener = { [Name in Step]: (given: Given[Name]) => Promise<void> };

/** Runs the hooks of one step in order; one that throws ends the step. */
function inOrder<Name extends Step>(listeners: readonly Listener[], step: Name) {
  const hooks = listeners.flatMap((listener) => (listener[step] as Hook<Name> | undefined) ?? []);
  return async (given: Given[Name]): Promise<void> => {
    for (const hook of hooks) {
      const waiting = hook(given);
      if (waiting !== undefined) await waiting;
    }
  };
}

/** Joins listeners. */
export function joinListeners(listeners: readonly Listener[]): JointListener {
  return {
    didResolveOperation: inOrder(listeners, 'didResolveOperation'),
    didEncounterErrors: inOrder(listeners, 'didEncounterErrors'),
    willSendResponse: inOrder(listeners, 'willSendResponse'),
  };
}

/** One plugin for all listeners. Apollo would otherwise create and call those of each plugin for every step of a request. */
export function listenerPlugin(listener: JointListener): ApolloServerPlugin<HttpContext> {
  return { requestDidStart: async () => listener };
}

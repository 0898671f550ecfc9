import type { OperationDefinitionNode } from 'graphql';
import { createTurns } from '../lib/turns.js';
import { operations } from '../operations/all.js';
import type { Listener } from './one-listener.js';

/** Operations that take long by themselves, mostly for a password hash. A refresh also has a credential, but is short. */
const longFields = new Set(
  Object.entries(operations.Mutation)
    .filter(([, row]) => row.credential && !(row.who === 'anyone' && row.account === 'refresh-token'))
    .map(([field]) => field),
);

function isLong({ operation, selectionSet }: OperationDefinitionNode): boolean {
  if (operation !== 'mutation') return false;
  return selectionSet.selections.some(
    (selection) => selection.kind !== 'Field' || longFields.has(selection.name.value),
  );
}

/**
 * Starts one sign-in, sign-up or other operation with a credential in each turn of the event loop. When many arrive at once,
 * their first steps together would otherwise delay every shorter request by tens of milliseconds, although their hashes wait
 * for each other anyway.
 */
export function spreadStarts(): Listener {
  const turn = createTurns();
  return {
    didResolveOperation: ({ operation }) => (operation !== undefined && isLong(operation) ? turn() : undefined),
  };
}

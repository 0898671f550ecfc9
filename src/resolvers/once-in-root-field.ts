import type { GraphQLResolveInfo } from 'graphql';
import { onceInRequest } from '../lib/once-in-request.js';
import type { Context } from '../request.js';

/**
 * The root field that contains a field. Mutations run one after another, and each must see what the previous one has done.
 */
function rootKey({ path, operation }: GraphQLResolveInfo): string {
  if (operation.operation !== 'mutation') return '';
  let root = path;
  while (root.prev !== undefined) root = root.prev;
  return String(root.key);
}

/** Runs once what a query, or one root field of a mutation, requests several times with the same key. */
export function onceInRootField<Outcome>(
  context: Context,
  info: GraphQLResolveInfo,
  words: readonly unknown[],
  work: () => Promise<Outcome>,
): Promise<Outcome> {
  return onceInRequest(context, [rootKey(info), ...words], work);
}

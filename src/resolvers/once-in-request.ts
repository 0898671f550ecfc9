import type { GraphQLResolveInfo } from 'graphql';
import type { Context } from '../request.js';

const answers = new WeakMap<Context, Map<string, Promise<unknown>>>();

/**
 * The root field that contains a field. Mutations run one after another, and each must see what the previous one has done.
 */
function rootKey({ path, operation }: GraphQLResolveInfo): string {
  if (operation.operation !== 'mutation') return '';
  let root = path;
  while (root.prev !== undefined) root = root.prev;
  return String(root.key);
}

/** Runs once what a request asks for several times with equal arguments, and gives every caller the same outcome. */
export function onceInRequest<Outcome>(
  context: Context,
  info: GraphQLResolveInfo,
  words: readonly unknown[],
  work: () => Promise<Outcome>,
): Promise<Outcome> {
  const known = answers.get(context) ?? new Map<string, Promise<unknown>>();
  answers.set(context, known);
  const key = JSON.stringify([rootKey(info), ...words]);
  const answer = (known.get(key) as Promise<Outcome> | undefined) ?? work();
  known.set(key, answer);
  return answer;
}

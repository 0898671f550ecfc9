const outcomes = new WeakMap<object, Map<string, Promise<unknown>>>();

/**
 * Runs once in a request what is requested several times with the same key, and gives every caller the same outcome. The
 * context identifies the request.
 */
export function onceInRequest<Outcome>(
  context: object,
  words: readonly unknown[],
  work: () => Promise<Outcome>,
): Promise<Outcome> {
  const known = outcomes.get(context) ?? new Map<string, Promise<unknown>>();
  outcomes.set(context, known);
  const key = JSON.stringify(words);
  const outcome = (known.get(key) as Promise<Outcome> | undefined) ?? work();
  known.set(key, outcome);
  return outcome;
}

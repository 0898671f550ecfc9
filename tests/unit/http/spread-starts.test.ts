import { setImmediate as turn } from 'node:timers/promises';
import { getOperationAST, parse } from 'graphql';
import { expect, it } from 'vitest';
import type { HttpContext } from '../../../src/http/authenticate/request-context.js';
import { spreadStarts } from '../../../src/http/spread-starts.js';

const SIGN_INS = 8;

/** Asks the listener whether and when the operation of the source may start. */
function createAsk() {
  const { didResolveOperation } = spreadStarts();
  return (source: string) => {
    const document = parse(source);
    const operation = getOperationAST(document);
    return didResolveOperation?.({
      source,
      document,
      operation: operation ?? undefined,
      request: {},
      contextValue: {} as HttpContext,
    });
  };
}

it('sign-ins that arrive at once start one by one, each in a turn of the event loop', async () => {
  const ask = createAsk();
  let started = 0;
  const signIns = Array.from({ length: SIGN_INS }, async () => {
    await ask('mutation { login(input: {}) { __typename } }');
    started += 1;
  });
  const seen = [started];
  while (started < SIGN_INS) {
    await turn();
    seen.push(started);
  }
  await Promise.all(signIns);
  const steps = seen.slice(1).map((count, index) => count - (seen[index] ?? 0));
  expect(Math.max(...steps)).toBe(1);
});

it.each([
  ['a query', '{ me { id } }'],
  ['a refresh', 'mutation { refresh(input: {}) { __typename } }'],
  ['a change of the profile', 'mutation { updateProfile(input: {}) { __typename } }'],
])('%s starts at once', (_name, source) => {
  expect(createAsk()(source)).toBeUndefined();
});

it.each([
  ['an alias', 'mutation { one: login(input: {}) { __typename } }'],
  ['a fragment', 'mutation { ...All } fragment All on Mutation { login(input: {}) { __typename } }'],
  ['a second field', 'mutation { logout { __typename } signup(input: {}) { __typename } }'],
])('a sign-in behind %s waits for its turn', async (_name, source) => {
  const waiting = createAsk()(source);
  expect(waiting).toBeInstanceOf(Promise);
  await waiting;
});

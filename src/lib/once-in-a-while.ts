import { tick } from './clock.js';

/** Calls `ask` at most once every `milliseconds`. Calls in between share its result, and concurrent calls share its promise. */
export function onceInAWhile<Result>(milliseconds: number, ask: () => Promise<Result>): () => Promise<Result> {
  let answer: Promise<Result> | undefined;
  let until = 0;
  return () => {
    if (answer === undefined || tick() >= until) {
      until = Number.POSITIVE_INFINITY;
      answer = ask().finally(() => {
        until = tick() + milliseconds;
      });
    }
    return answer;
  };
}

import { tick } from './clock.js';

/** Asks at most once in `milliseconds`; everybody in between shares the answer, and those who come together share the question. */
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

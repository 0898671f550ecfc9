/** Asks at most once in `milliseconds`; everybody in between shares the answer, and those who come together share the question. */
export function onceInAWhile<Result>(milliseconds: number, ask: () => Promise<Result>): () => Promise<Result> {
  let answer: Promise<Result> | undefined;
  let until = 0;
  return () => {
    if (answer === undefined || Date.now() >= until) {
      until = Number.POSITIVE_INFINITY;
      answer = ask().finally(() => {
        until = Date.now() + milliseconds;
      });
    }
    return answer;
  };
}

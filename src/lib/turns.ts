/**
 * Returns a function whose promises are fulfilled in order, one for each turn of the event loop. If work waits for it before it
 * starts, other requests of the process can run in between.
 */
export function createTurns(): () => Promise<void> {
  const waiting: (() => void)[] = [];
  const next = (): void => {
    waiting.shift()?.();
    if (waiting.length > 0) setImmediate(next);
  };
  return async () =>
    await new Promise((resolve) => {
      if (waiting.push(resolve) === 1) setImmediate(next);
    });
}

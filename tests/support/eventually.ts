import { setTimeout as sleep } from 'node:timers/promises';

/** Tries until it passes; the last failure is thrown when the time is up. */
export async function eventually<Result>(
  attempt: () => Result | Promise<Result>,
  milliseconds = 25_000,
): Promise<Result> {
  const until = Date.now() + milliseconds;
  for (;;) {
    try {
      return await attempt();
    } catch (error) {
      if (Date.now() > until) throw error;
    }
    await sleep(50);
  }
}

import { vi } from 'vitest';

/** Lets the fake clock run while a promise is pending, and returns its result. */
export async function during<T>(promise: Promise<T>, milliseconds = 5_000): Promise<T> {
  promise.catch(() => undefined);
  await vi.advanceTimersByTimeAsync(milliseconds);
  return promise;
}

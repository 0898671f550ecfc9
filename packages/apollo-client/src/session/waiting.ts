/** Waits; ends early if the signal is aborted. */
export function sleep(milliseconds: number, signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    const end = () => {
      clearTimeout(timer);
      signal.removeEventListener('abort', end);
      resolve();
    };
    const timer = setTimeout(end, milliseconds);
    if (signal.aborted) end();
    else signal.addEventListener('abort', end);
  });
}

/** The result of a promise; `otherwise` if it takes longer or fails. */
export async function bounded<T, O>(promise: Promise<T>, milliseconds: number, otherwise: O): Promise<T | O> {
  let timer: ReturnType<typeof setTimeout> | undefined;
  const limit = new Promise<O>((resolve) => {
    timer = setTimeout(resolve, milliseconds, otherwise);
  });
  try {
    return await Promise.race([promise, limit]);
  } catch {
    return otherwise;
  } finally {
    clearTimeout(timer);
  }
}

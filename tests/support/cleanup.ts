import { onTestFinished } from 'vitest';

type Close = () => unknown;

/** What closes the parts that the tests of a file share, while those are being set up. */
let shared: Close[] | undefined;

/** Has a part closed when the test is finished, or after the tests of its file where those share it. */
export function whenFinished(close: Close): void {
  if (shared === undefined) onTestFinished(close as () => void);
  else shared.push(close);
}

async function closeAll(parts: Close[]): Promise<void> {
  for (const close of parts.toReversed()) await close();
}

/** Sets up what the tests of a file share; `beforeAll` returns its `close`, which ends the parts, the newest first. */
export async function setUpShared<Parts>(
  setUp: () => Promise<Parts>,
): Promise<{ parts: Parts; close(): Promise<void> }> {
  const opened: Close[] = [];
  shared = opened;
  try {
    return { parts: await setUp(), close: () => closeAll(opened) };
  } catch (cause) {
    await closeAll(opened);
    throw cause;
  } finally {
    shared = undefined;
  }
}

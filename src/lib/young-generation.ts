import { PerformanceObserver } from 'node:perf_hooks';
import { getHeapSpaceStatistics, setFlagsFromString } from 'node:v8';

/** V8 doubles the young generation until it takes 64 MiB or more, and keeps most of that. Requests live briefly and need less. */
const BOUND_BYTES = 8 * 1024 * 1024;
const KEEP = 1;
const DOUBLE = 2;

function youngGenerationBytes(): number {
  return getHeapSpaceStatistics().find(({ space_name }) => space_name === 'new_space')?.space_size ?? 0;
}

/**
 * Bounds the young generation of this process, which otherwise takes more memory than everything that lives long. Unlike
 * `--max-semi-space-size`, the growth factor can be changed in a running process, so it works however the process is started.
 * While the process starts, the young generation keeps its first size.
 */
export function boundYoungGeneration(): void {
  let factor: number | undefined;
  const use = (next: number): void => {
    if (next === factor) return;
    factor = next;
    setFlagsFromString(`--semi-space-growth-factor=${next}`);
  };
  use(KEEP);
  // V8 also shrinks it when the process is idle, so the size is read after each collection.
  const observer = new PerformanceObserver(() => use(youngGenerationBytes() < BOUND_BYTES ? DOUBLE : KEEP));
  observer.observe({ entryTypes: ['gc'] });
}

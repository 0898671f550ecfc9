import { performance } from 'node:perf_hooks';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';

const LOOK_EVERY_MILLISECONDS = 1_000;
const LOOKS = 60;
/** Share of a second in which an idle process works. */
const IDLE_BELOW = 0.1;

type Collect = (options: { type: 'major'; flavor: 'last-resort' }) => void;

/** Compacts the heap, so that its free pages go back to the operating system. It stops the process for some tenths of a second. */
function compactHeap(): void {
  setFlagsFromString('--expose-gc');
  const collect = runInNewContext('gc') as Collect;
  setFlagsFromString('--no-expose-gc');
  collect({ type: 'major', flavor: 'last-resort' });
}

/**
 * Gives the memory back that only the start needed, once the process has been idle for a second. V8 would keep it, because
 * an idle process allocates too little to be collected again.
 */
export function returnStartMemory(): void {
  let looks = 0;
  let before = performance.eventLoopUtilization();
  const timer = setInterval(() => {
    const { utilization } = performance.eventLoopUtilization(before);
    before = performance.eventLoopUtilization();
    looks += 1;
    const isIdle = utilization < IDLE_BELOW;
    if (isIdle || looks === LOOKS) clearInterval(timer);
    if (isIdle) compactHeap();
  }, LOOK_EVERY_MILLISECONDS);
  timer.unref();
}

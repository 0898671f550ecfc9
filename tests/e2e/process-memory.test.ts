import { execFileSync } from 'node:child_process';
import { expect, it } from 'vitest';

const dist = new URL('../../dist/lib/', import.meta.url).href;

/** Bytes of the young generation after work whose objects survive a few collections. */
function youngGenerationAfterWork(prepare: string): number {
  const script = `
    import { getHeapSpaceStatistics } from 'node:v8';
    ${prepare}
    let kept = [];
    for (let turn = 0; turn < 200; turn += 1) {
      kept = [];
      for (let index = 0; index < 20_000; index += 1) kept.push({ index, text: [index, turn] });
      await new Promise((resolve) => setImmediate(resolve));
    }
    console.log(getHeapSpaceStatistics().find((space) => space.space_name === 'new_space').space_size);
    process.exit();`;
  return Number(execFileSync(process.execPath, ['--input-type=module', '-e', script], { encoding: 'utf8' }));
}

it('the memory that only the start needed is given back once the process is idle', { timeout: 60_000 }, () => {
  const script = `
    import { memoryUsage } from 'node:process';
    import { returnStartMemory } from '${dist}start-memory.js';
    let kept = [];
    for (let index = 0; index < 1_000_000; index += 1) kept.push({ index, text: [index] });
    const before = memoryUsage().heapTotal;
    kept = [];
    returnStartMemory();
    let turns = 0;
    const timer = setInterval(() => {
      turns += 1;
      const after = memoryUsage().heapTotal;
      if (after < before / 2 || turns === 300) { clearInterval(timer); console.log(before / after); }
    }, 100);`;
  const ratio = Number(execFileSync(process.execPath, ['--input-type=module', '-e', script], { encoding: 'utf8' }));
  expect(ratio).toBeGreaterThan(2);
});

it('the young generation of a process stays small, and still grows from its first size', () => {
  const free = youngGenerationAfterWork('');
  const bounded = youngGenerationAfterWork(
    `import { boundYoungGeneration } from '${dist}young-generation.js'; boundYoungGeneration();`,
  );
  expect(free / bounded).toBeGreaterThan(1.9);
  expect(bounded).toBeGreaterThan(2 * 1024 * 1024);
});

// Measures the gateway against what bounds it: ratios only, as they hold on any machine, with rounds taken in turns so that
// a busy moment falls on both sides of a ratio.
//
//   npm run bench
//   npm run bench -- --only me,refresh --rounds 3 --profile /tmp/profiles

import { parseArgs } from 'node:util';
import { startBench } from './lib/bench.js';
import { comparisons } from './lib/comparisons.js';
import { median, printTable, ratioOf } from './lib/report.js';

const { values } = parseArgs({
  options: { rounds: { type: 'string', default: '5' }, only: { type: 'string' }, profile: { type: 'string' } },
});
const rounds = Number(values.rounds);
const wanted = values.only?.split(',') ?? Object.keys(comparisons);
const unknown = wanted.filter((name) => !comparisons[name]);
if (!(rounds >= 1 && rounds <= 20) || unknown.length > 0) {
  console.error(`--rounds takes 1 to 20, and --only some of: ${Object.keys(comparisons).join(',')}`);
  process.exit(1);
}

// Should a server stop answering, the run ends instead of waiting.
const LONGEST_RUN_MILLISECONDS = 170_000;

const bench = await startBench({ profile: values.profile });
const measured = Object.fromEntries(wanted.map((name) => [name, []]));
setTimeout(() => {
  console.error('the measurement took too long and was given up');
  void bench.close().finally(() => process.exit(1));
}, LONGEST_RUN_MILLISECONDS).unref();
try {
  const chosen = [];
  for (const name of wanted) {
    const missing = await comparisons[name].prepare(bench);
    if (missing) console.log(`${name}: skipped; ${missing}`);
    else chosen.push(name);
  }
  for (const name of chosen) await comparisons[name].round(bench);
  for (let round = 1; round <= rounds; round += 1) {
    for (const name of chosen) measured[name].push(await comparisons[name].round(bench, round));
  }
  printTable(
    chosen.map((name) => {
      const { title, baseline, digits } = comparisons[name];
      const ratios = measured[name].map(ratioOf);
      return {
        name,
        title,
        baseline,
        digits,
        ratio: median(ratios),
        least: Math.min(...ratios),
        most: Math.max(...ratios),
      };
    }),
  );
} finally {
  await bench.close();
}

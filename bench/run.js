// Measures the gateway relative to its limits. Most results are ratios, which are comparable across machines. Both sides of a
// ratio are measured alternately so that load on the machine affects both.
//
//   npm run bench
//   npm run bench -- --only me,refresh --rounds 3 --profile /tmp/profiles
//   npm run bench -- --only scale

import { parseArgs } from 'node:util';
import { comparisons, usual } from './comparisons/index.js';
import { startBench } from './lib/bench.js';
import { printTable, toCells } from './lib/report.js';

const { values } = parseArgs({
  options: { rounds: { type: 'string', default: '5' }, only: { type: 'string' }, profile: { type: 'string' } },
});
const rounds = Number(values.rounds);
const wanted = values.only?.split(',') ?? usual;
const unknown = wanted.filter((name) => !comparisons[name]);
if (!(rounds >= 1 && rounds <= 20) || unknown.length > 0) {
  console.error(
    `--rounds must be 1 to 20, and --only a comma-separated list of: ${Object.keys(comparisons).join(',')}`,
  );
  process.exit(1);
}

// The run ends after this time if a server stops responding.
const LONGEST_RUN_MILLISECONDS = 900_000;

const bench = await startBench({ profile: values.profile });
setTimeout(() => {
  console.error('the benchmark took too long and was aborted');
  void bench.close().finally(() => process.exit(1));
}, LONGEST_RUN_MILLISECONDS).unref();
try {
  const chosen = [];
  for (const name of wanted) {
    const missing = await comparisons[name].prepare(bench);
    if (missing) console.log(`${name}: skipped; ${missing}`);
    else chosen.push(comparisons[name]);
  }
  for (const comparison of chosen) if (comparison.warmUp !== false) await comparison.round(bench);
  const measured = new Map(chosen.map((comparison) => [comparison, []]));
  for (let round = 1; round <= rounds; round += 1) {
    for (const comparison of chosen) measured.get(comparison).push(await comparison.round(bench));
  }
  const lines = chosen.flatMap((comparison) =>
    Object.entries(comparison.rows).map(([key, row]) =>
      toCells(
        row,
        measured.get(comparison).map((round) => round[key]),
      ),
    ),
  );
  printTable(lines);
} finally {
  await bench.close();
}

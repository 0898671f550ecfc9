// Prints the totals of a test report as the one line that CI ends with, and fails unless every test ran and passed.
//
//   node scripts/test-totals.js <vitest's JSON report>

import { readFileSync } from 'node:fs';

/** Vitest's report, or one failure in its place when the run ended before it was written. */
function readReport(path) {
  try {
    return JSON.parse(readFileSync(path, 'utf8'));
  } catch (error) {
    console.error(`no test report: ${error.message}`);
    return { success: false, testResults: [{ status: 'failed', assertionResults: [] }] };
  }
}

const report = readReport(process.argv[2]);
const statuses = report.testResults.flatMap(({ assertionResults }) => assertionResults.map(({ status }) => status));
// A file that cannot be loaded has no tests to count; it counts as one that failed.
const broken = report.testResults.filter(
  ({ status, assertionResults }) => status === 'failed' && !assertionResults.length,
);
const passed = statuses.filter((status) => status === 'passed').length;
const failed = statuses.filter((status) => status === 'failed').length + broken.length;
const skipped = statuses.length - statuses.filter((status) => status === 'passed' || status === 'failed').length;

if (skipped > 0) console.error('a skipped test is a failure here');
console.log(`${passed} passed, ${failed} failed, ${skipped} skipped`);
if (!report.success || passed === 0 || failed > 0 || skipped > 0) process.exitCode = 1;

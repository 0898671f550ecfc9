// Prints the totals of test reports as the last line of CI, and fails unless every test ran and passed.
//
//   node scripts/test-totals.js <vitest's JSON report>...

import { readFileSync } from 'node:fs';

/** Reads a Vitest report. If the run ended before it was written, returns one failure instead. */
function readReport(path) {
  try {
    return JSON.parse(readFileSync(path, 'utf8'));
  } catch (error) {
    console.error(`no test report: ${error.message}`);
    return { success: false, testResults: [{ status: 'failed', assertionResults: [] }] };
  }
}

const reports = process.argv.slice(2).map(readReport);
const files = reports.flatMap(({ testResults }) => testResults);
const tests = files.flatMap(({ assertionResults }) => assertionResults);
// A file that cannot be loaded has no tests to count, so it counts as one failed test.
const broken = files.filter(({ status, assertionResults }) => status === 'failed' && !assertionResults.length);
const passed = tests.filter(({ status }) => status === 'passed');
const failed = tests.filter(({ status }) => status === 'failed').length + broken.length;
const skipped = tests.length - passed.length - (failed - broken.length);

for (const { fullName, failureMessages } of passed) {
  const [firstFailure] = failureMessages;
  if (firstFailure)
    console.error(`passed on the second attempt: ${fullName}\n  ${firstFailure.split('\n', 2).join('\n')}`);
}
if (skipped > 0) console.error('skipped tests count as failures');
console.log(`${passed.length} passed, ${failed} failed, ${skipped} skipped`);
const allRan = reports.length > 0 && reports.every(({ success }) => success);
if (!allRan || passed.length === 0 || failed > 0 || skipped > 0) process.exitCode = 1;

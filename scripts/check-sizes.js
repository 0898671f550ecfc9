// Measures the lines of files and functions of src, the packages and the examples, and fails if they exceed the budget.
// One-line functions are not counted, because small callbacks would only lower the median.

import { Visitor } from 'oxc-parser';
import { exampleSources, packageSources, parseSource, sourceFiles } from './support/source-files.js';

const BUDGET = { file: { median: 60, max: 300 }, function: { median: 12, max: 60 } };
const NOT_MEASURED = /\/(generated|migrations)\//;

function linesOf(text) {
  return text.split('\n').length - (text.endsWith('\n') ? 1 : 0);
}

/** The functions of a program with more than one line, with their locations. */
function functionsOf(path, { text, program }) {
  const found = [];
  const measure = (node) => {
    if (!node.body) return;
    const lines = linesOf(text.slice(node.start, node.end));
    if (lines > 1) found.push({ place: `${path}:${linesOf(text.slice(0, node.start + 1))}`, lines });
  };
  new Visitor({
    FunctionDeclaration: measure,
    FunctionExpression: measure,
    ArrowFunctionExpression: measure,
  }).visit(program);
  return found;
}

/** The value that is not exceeded by the given share of the sorted values. */
function quantile(sorted, share) {
  return sorted[Math.max(0, Math.ceil(sorted.length * share) - 1)] ?? 0;
}

function summarize(measured) {
  const sorted = measured.map(({ lines }) => lines).sort((a, b) => a - b);
  return { count: sorted.length, median: quantile(sorted, 0.5), p95: quantile(sorted, 0.95), max: sorted.at(-1) ?? 0 };
}

function excesses(kind, measured, summary) {
  const { median, max } = BUDGET[kind];
  const problems = measured
    .filter(({ lines }) => lines > max)
    .map(({ place, lines }) => `${place}: a ${kind} of ${lines} lines; at most ${max}`);
  if (summary.median > median) problems.push(`the median ${kind} has ${summary.median} lines; at most ${median}`);
  return problems;
}

const row = (cells) => cells.map((cell, index) => (index ? String(cell).padStart(8) : cell.padEnd(10))).join('');

const files = [];
const functions = [];
const paths = [...sourceFiles('src'), ...packageSources(), ...exampleSources()];
for (const path of paths.filter((name) => !NOT_MEASURED.test(name))) {
  const source = parseSource(path);
  files.push({ place: path, lines: linesOf(source.text) });
  functions.push(...functionsOf(path, source));
}

const problems = [];
console.log(row(['lines per', 'count', 'median', 'p95', 'max', 'budget']));
for (const [kind, measured] of Object.entries({ file: files, function: functions })) {
  const summary = summarize(measured);
  const { median, max } = BUDGET[kind];
  console.log(row([kind, summary.count, summary.median, summary.p95, summary.max, `${median}/${max}`]));
  problems.push(...excesses(kind, measured, summary));
}
for (const problem of problems) console.error(problem);
if (problems.length > 0) process.exitCode = 1;

/** The middle value. */
export function median(values) {
  const sorted = [...values].sort((a, b) => a - b);
  const middle = sorted.length >> 1;
  return sorted.length % 2 === 1 ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2;
}

/** The value that is not exceeded by the given share of the values. */
export function quantile(values, share) {
  const sorted = [...values].sort((a, b) => a - b);
  return sorted[Math.max(0, Math.ceil(sorted.length * share) - 1)];
}

const shown = (value, digits) => (Number.isFinite(value) ? value.toFixed(digits) : '–');

/** The cells of one row: medians of all rounds. `cpu` is the server's CPU time per request. */
export function toCells({ title, baseline = '', digits = 2 }, rounds) {
  const ratios = rounds.map(({ ratio }) => ratio);
  const of = (key) => median(rounds.map((round) => round[key] ?? Number.NaN));
  return [
    title,
    shown(median(ratios), digits),
    `${shown(Math.min(...ratios), digits)} – ${shown(Math.max(...ratios), digits)}`,
    baseline,
    shown(of('cpuRatio'), digits),
    shown(of('cpu'), 2),
  ];
}

/** Prints one line per row. Absolute throughput is omitted, as it only describes the machine. */
export function printTable(rows) {
  const table = [['what', 'median', 'least – most', 'wanted', 'by CPU', 'ms of CPU'], ...rows];
  const widths = table[0].map((_, column) => Math.max(...table.map((row) => row[column].length)));
  for (const row of table)
    console.log(
      row
        .map((cell, column) => cell.padEnd(widths[column]))
        .join('  ')
        .trimEnd(),
    );
}

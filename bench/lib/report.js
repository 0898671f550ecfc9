/** The middle value. */
export function median(values) {
  const sorted = [...values].sort((a, b) => a - b);
  const middle = sorted.length >> 1;
  return sorted.length % 2 === 1 ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2;
}

/** The value that the given share of the values does not exceed. */
export function quantile(values, share) {
  const sorted = [...values].sort((a, b) => a - b);
  return sorted[Math.max(0, Math.ceil(sorted.length * share) - 1)];
}

/** A round's own ratio: both halves were taken one after the other. */
export const ratioOf = ({ ours, other }) => ours / other;

/** Prints one line a comparison; the absolute figures stay out, as they tell of the machine alone. */
export function printTable(rows) {
  const cells = rows.map(({ title, ratio, least, most, baseline, digits = 2 }) => [
    title,
    ratio.toFixed(digits),
    `${least.toFixed(digits)} – ${most.toFixed(digits)}`,
    baseline,
  ]);
  const table = [['what', 'ratio', 'least – most', 'baseline'], ...cells];
  const widths = table[0].map((_, column) => Math.max(...table.map((row) => row[column].length)));
  for (const row of table)
    console.log(
      row
        .map((cell, column) => cell.padEnd(widths[column]))
        .join('  ')
        .trimEnd(),
    );
}

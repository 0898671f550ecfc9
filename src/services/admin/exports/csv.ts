/** A value of an exported row. */
export type CellValue = string | number | boolean | Date | null;

/**
 * Characters with which a spreadsheet begins a formula, in their wide forms too, and those that it skips before one (OWASP:
 * CSV injection).
 */
const FORMULA = /^[\s\p{Cc}\p{Cf}]*[=+\-@|%＝＋－＠]|^[\t\r\n]/u;
const SPECIAL = /[",\r\n]/;

function textOf(value: Exclude<CellValue, null>): string {
  return value instanceof Date ? value.toISOString() : String(value);
}

/** Returns a value as a cell (RFC 4180). An apostrophe keeps a spreadsheet from reading a text as a formula. */
export function toCell(value: CellValue): string {
  if (value === null) return '';
  const text = textOf(value);
  const safe = typeof value === 'string' && FORMULA.test(text) ? `'${text}` : text;
  return safe !== text || SPECIAL.test(safe) ? `"${safe.replaceAll('"', '""')}"` : safe;
}

/** Returns a line of cells. */
export function toCsvLine(values: readonly CellValue[]): string {
  return `${values.map(toCell).join(',')}\r\n`;
}

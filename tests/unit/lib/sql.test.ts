import { expect, it } from 'vitest';
import { sql, sqlText } from '../../../src/lib/sql.js';

const boundOf = ({ text, values }: { text: string; values: unknown[] }) => ({ text, values });

it('binds each value, in order', () => {
  expect(boundOf(sql`SELECT ${1}, ${'a'} FROM t`)).toEqual({ text: 'SELECT $1, $2 FROM t', values: [1, 'a'] });
  expect(boundOf(sql`SELECT 1`)).toEqual({ text: 'SELECT 1', values: [] });
});

it('makes one statement of parts, with their values in the order of the text', () => {
  const inner = sql`b = ${2} OR ${sql`c = ${3}`}`;
  const statement = sql`SELECT ${sqlText('a, b')} FROM t WHERE a = ${1} AND (${inner}) AND d = ${4}`;
  expect(boundOf(statement)).toEqual({
    text: 'SELECT a, b FROM t WHERE a = $1 AND (b = $2 OR c = $3) AND d = $4',
    values: [1, 2, 3, 4],
  });
});

it.each([
  ['an array as one value', ['x', "y'"], ['x', "y'"]],
  ['an instant as UTC', new Date(0), '1970-01-01T00:00:00.000Z'],
  ['instants in an array', [new Date(0)], ['1970-01-01T00:00:00.000Z']],
  ['a large number', 2n ** 60n, '1152921504606846976'],
  ['no value', null, null],
  ['text that looks like SQL', "'; DROP TABLE users; --$1 ?", "'; DROP TABLE users; --$1 ?"],
])('binds %s', (_name, value, bound) => {
  expect(boundOf(sql`SELECT ${value}`)).toEqual({ text: 'SELECT $1', values: [bound] });
});

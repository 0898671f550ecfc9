import { raw } from '@mikro-orm/core';
import { PostgreSqlPlatform } from '@mikro-orm/postgresql';
import { expect, it } from 'vitest';
import { bindValues } from '../../../src/database/bind.js';

const bind = (sql: string, params: readonly unknown[]) => bindValues(new PostgreSqlPlatform(), sql, params);

it('numbers the places of values, and leaves a text without values as it is', () => {
  expect(bind('? = ?', [1, 'a'])).toEqual({ text: '$1 = $2', values: [1, 'a'] });
  expect(bind('BEGIN; SELECT 1', [])).toEqual({ text: 'BEGIN; SELECT 1', values: [] });
});

it.each([
  ['an identifier', 'SELECT ?? = ?', ['u.na"me', 1], 'SELECT "u"."na""me" = $1', [1]],
  ['an escaped question mark', String.raw`a \? ?`, ['b'], 'a ? $1', ['b']],
  ['a raw fragment with values of its own', '? + ?', [raw('lower(?)', ['A']), 2], 'lower($1) + $2', ['A', 2]],
  ['a list', 'IN (?)', [[1, 2, 3]], 'IN ($1, $2, $3)', [1, 2, 3]],
])('takes %s as the ORM does', (_name, sql, params, text, values) => {
  expect(bind(sql, params)).toEqual({ text, values });
});

it.each([
  ['no value', null, null],
  ['an instant', new Date(1_700_000_000_123), '2023-11-14T22:13:20.123Z'],
  ['a large number', 2n ** 62n, '4611686018427387904'],
  ['JSON', { a: [1, "'"] }, `{"a":[1,"'"]}`],
  ['bytes', Buffer.from([0, 255]), Buffer.from([0, 255])],
  ['text that looks like SQL', `'; DROP TABLE users; --?`, `'; DROP TABLE users; --?`],
])('binds %s', (_name, value, bound) => {
  expect(bind('?', [value])).toEqual({ text: '$1', values: [bound] });
});

it.each([
  ['undefined', '?', [undefined]],
  ['an object of an unknown class', '?', [new Map()]],
  ['a function', '?', [() => 1]],
  ['too few values', '?, ?', [1]],
  ['too many values', '?', [1, 2]],
])('refuses %s', (_name, sql, params) => {
  expect(() => bind(sql, params)).toThrow(TypeError);
});

import { expect, it, vi } from 'vitest';
import { createStatementNames } from '../../../src/lib/statement-names.js';

const refusal = (code: string, message = '') => Object.assign(new Error(message), { code });

it('names a text the same each time, and no two alike', () => {
  const names = createStatementNames(vi.fn());
  const first = names.nameOf('SELECT $1::int', 1);
  expect(first).toBeTypeOf('string');
  expect(names.nameOf('SELECT $1::int', 1)).toBe(first);
  expect(names.nameOf('SELECT $1::text', 1)).not.toBe(first);
});

it('names no text whose length varies with a list, and no more texts than a connection should keep', () => {
  const names = createStatementNames(vi.fn());
  expect(names.nameOf('select * from "users" where "id" in ($1, $2)', 2)).toBeUndefined();
  expect(names.nameOf('insert into "t" ("a") values ($1), ($2)', 2)).toBeUndefined();
  expect(names.nameOf('SELECT 1', 41)).toBeUndefined();
  const named = Array.from({ length: 500 }, (_, index) => names.nameOf(`SELECT $1 AS c${index}`, 1));
  expect(named.filter((name) => name !== undefined)).toHaveLength(200);
});

it('names nothing any more where statements are not kept, and tells of it once', () => {
  const onNotKept = vi.fn();
  const names = createStatementNames(onNotKept);
  names.refused(refusal('23505'));
  expect(names.nameOf('SELECT $1', 1)).toBeDefined();
  names.refused(refusal('26000'));
  names.refused(refusal('42P05'));
  expect(names.nameOf('SELECT $1', 1)).toBeUndefined();
  expect(onNotKept).toHaveBeenCalledOnce();
});

it('gives a statement another name once its answer has changed', () => {
  const onNotKept = vi.fn();
  const names = createStatementNames(onNotKept);
  const before = names.nameOf('SELECT $1', 1);
  names.refused(refusal('0A000', 'cached plan must not change result type'));
  const after = names.nameOf('SELECT $1', 1);
  expect(after).toBeTypeOf('string');
  expect(after).not.toBe(before);
  expect(onNotKept).not.toHaveBeenCalled();
});

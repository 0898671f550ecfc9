import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import type { OneTimeCodePurpose } from '../../../src/entities/one-time-code.js';
import { advisoryLocks } from '../../../src/lib/advisory-locks.js';
import { CODE_LOCK_ORDER } from '../../../src/services/locks.js';
import { addLocks, lockedTables } from '../../support/lock-order.js';

const root = join(import.meta.dirname, '../../../src');
const sources = readdirSync(root, { recursive: true, encoding: 'utf8' })
  .filter((path) => path.endsWith('.ts'))
  .map((path) => ({ path: path.replaceAll('\\', '/'), text: readFileSync(join(root, path), 'utf8') }));

/** The files in which a pattern stands. */
const filesWith = (pattern: RegExp) => sources.filter(({ text }) => pattern.test(text)).map(({ path }) => path);

test('no two purposes share the number of an advisory lock', () => {
  const numbers = Object.values(advisoryLocks);
  expect(new Set(numbers).size).toBe(numbers.length);
  const migration = 'database/migrations/2026-11-28-000300-audit-partitions.ts';
  expect(filesWith(/7_?105_?3\d\d/).sort()).toEqual([migration, 'lib/advisory-locks.ts']);
  expect(filesWith(/advisory_(?:xact_)?lock(?:_shared)?\(\d/)).toEqual([migration]);
  expect(sources.find(({ path }) => path === migration)?.text).toContain(`lock(${advisoryLocks.auditPartitions})`);
});

test('codes are locked in one order, which names each purpose once', () => {
  // Does not compile when a purpose is missing.
  const ranks: Record<OneTimeCodePurpose, number> = {
    ...(Object.fromEntries(CODE_LOCK_ORDER.map((purpose, rank) => [purpose, rank])) as Record<
      (typeof CODE_LOCK_ORDER)[number],
      number
    >),
  };
  expect(Object.keys(ranks)).toHaveLength(CODE_LOCK_ORDER.length);
});

test('rows are locked only by the statements of one file', () => {
  const lock = /\bFOR (?:NO KEY UPDATE|UPDATE|KEY SHARE|SHARE)\b|LockMode\b|advisory_xact_lock/;
  const elsewhere = filesWith(lock).filter((path) => !path.startsWith('database/'));
  expect(elsewhere).toEqual(['services/locks.ts']);
});

test('a transaction that locks rows out of order is noticed', () => {
  expect(lockedTables('SELECT FROM users WHERE id = $1 FOR NO KEY UPDATE')).toEqual(['users']);
  expect(lockedTables('select "u0".* from "users" as "u0" where "u0"."id" = $1 limit 1 for update')).toEqual(['users']);
  expect(lockedTables('SELECT FROM users WHERE id = $1 FOR UPDATE SKIP LOCKED')).toEqual([]);
  expect(lockedTables('SELECT id FROM users WHERE id = $1')).toEqual([]);
  expect(lockedTables('update "sessions" set "revoked_at" = $1')).toEqual(['sessions']);
  expect(lockedTables('INSERT INTO users (id) VALUES ($1) ON CONFLICT DO NOTHING')).toEqual([]);
  expect(lockedTables('INSERT INTO one_time_codes (id) VALUES ($1)\nON CONFLICT (id) DO UPDATE SET id = $1')).toEqual([
    'one_time_codes',
  ]);
  const held: string[] = [];
  expect(addLocks(held, 'UPDATE one_time_codes SET attempts = 0')).toBeUndefined();
  expect(addLocks(held, 'DELETE FROM sessions')).toBeUndefined();
  expect(addLocks(held, 'UPDATE one_time_codes SET attempts = 1')).toBeUndefined();
  expect(addLocks(held, 'SELECT FROM users FOR UPDATE')).toMatch(/^users after sessions/);
  expect(addLocks(['users'], 'SELECT pg_advisory_xact_lock($1)')).toMatch(/^pg_advisory_xact_lock after users/);
});

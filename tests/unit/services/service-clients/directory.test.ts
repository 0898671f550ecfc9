import { setTimeout as sleep } from 'node:timers/promises';
import { expect, it } from 'vitest';
import { createServiceClientDirectory } from '../../../../src/services/service-clients/directory.js';

const ID = '0b3c7a52-5f0e-4f53-9d0b-6f2f7a0f4c11';
const OTHER = '1f0d2c3e-6a4b-4c1d-8e2f-3a5b7c9d1e0f';

/** A directory over a table that the test changes, and the reads that it makes. */
function directoryOver(table: Map<string, string>, { isListening = true } = {}) {
  const reads: string[][] = [];
  let answer = async (): Promise<void> => undefined;
  const directory = createServiceClientDirectory({
    isListening: () => isListening,
    async query(_statement, [ids]) {
      reads.push(ids as string[]);
      const rows = (ids as string[]).flatMap((id) => (table.has(id) ? [{ id, name: table.get(id) }] : []));
      await answer();
      return rows;
    },
  });
  const nameOf = async (id: string, maxAge?: number) => (await directory.find(id, maxAge))?.name;
  return {
    ...{ directory, reads, nameOf },
    waitFor: (wait: () => Promise<void>) => {
      answer = wait;
    },
  };
}

it('reads clients that are asked for together by one statement, and then none until they change', async () => {
  const table = new Map([[ID, 'before']]);
  const { directory, reads, nameOf } = directoryOver(table);
  expect(await Promise.all([nameOf(ID), nameOf(OTHER), nameOf(ID)])).toEqual(['before', undefined, 'before']);
  expect(reads).toEqual([[ID, OTHER]]);
  table.set(ID, 'after');
  expect([await nameOf(ID), await nameOf(OTHER)]).toEqual(['before', undefined]);
  expect(reads).toHaveLength(1);
  directory.forget(ID);
  expect(await nameOf(ID)).toBe('after');
  expect(reads).toHaveLength(2);
});

it('keeps nothing that was read before a change of which it heard meanwhile', async () => {
  const table = new Map([[ID, 'before']]);
  const { directory, nameOf, waitFor } = directoryOver(table);
  const slow = Promise.withResolvers<void>();
  waitFor(() => slow.promise);
  const first = nameOf(ID);
  await sleep(10);
  table.set(ID, 'after');
  directory.forget(ID);
  waitFor(async () => undefined);
  const second = nameOf(ID);
  slow.resolve();
  expect([await first, await second, await nameOf(ID)]).toEqual(['before', 'after', 'after']);
});

it('reads again after half a second while it hears of no changes, and when an older answer is not enough', async () => {
  const table = new Map([[ID, 'before']]);
  const deaf = directoryOver(table, { isListening: false });
  const listening = directoryOver(table);
  expect([await deaf.nameOf(ID), await listening.nameOf(ID)]).toEqual(['before', 'before']);
  table.set(ID, 'after');
  await sleep(600);
  expect([await deaf.nameOf(ID), await listening.nameOf(ID)]).toEqual(['after', 'before']);
  expect(await listening.nameOf(ID, 500)).toBe('after');
});

it('does not keep a failed read, and a flood of unknown ids displaces no client', async () => {
  const table = new Map([[ID, 'here']]);
  const { nameOf, waitFor, reads } = directoryOver(table);
  waitFor(async () => {
    throw new Error('away');
  });
  await expect(nameOf(ID)).rejects.toThrow('away');
  waitFor(async () => undefined);
  expect(await nameOf(ID)).toBe('here');
  const before = reads.length;
  const strangers = Array.from({ length: 3_000 }, (_, index) => `${String(index).padStart(8, '0')}${ID.slice(8)}`);
  await Promise.all(strangers.map((id) => nameOf(id)));
  expect(reads.length).toBeGreaterThan(before);
  const after = reads.length;
  expect(await nameOf(ID)).toBe('here');
  expect(reads).toHaveLength(after);
});

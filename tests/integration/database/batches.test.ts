import { afterAll, beforeAll, expect, it } from 'vitest';
import { run, sql } from '../../../src/lib/sql.js';
import { rows } from '../../support/accounts.js';
import { sharedGateway, type TestGateway } from '../../support/app.js';
import { watchStatements } from '../../support/statements.js';

let gateway: TestGateway;
beforeAll(async () => {
  gateway = await sharedGateway();
  await rows(gateway, 'CREATE TABLE notes (id int PRIMARY KEY, at timestamptz)');
});
afterAll(() => gateway.close());

const insert = (id: number) => sql`INSERT INTO notes (id) VALUES (${id}) RETURNING id`;
const ids = async () => (await rows<{ id: number }>(gateway, 'SELECT id FROM notes ORDER BY id')).map(({ id }) => id);

it('runs statements as one transaction in one round trip, each seeing those before it', async () => {
  const { transact } = gateway.dependencies;
  const sent = watchStatements();
  const answers = await transact([insert(1), insert(2), sql`SELECT count(*)::int AS notes FROM notes WHERE id < ${9}`]);
  expect(answers).toEqual([[{ id: 1 }], [{ id: 2 }], [{ notes: 2 }]]);
  expect(sent).toHaveLength(1);
});

it('keeps nothing where one of them fails, and its connection goes on', async () => {
  const { transact } = gateway.dependencies;
  const before = await ids();
  for (let round = 0; round < 3; round += 1) {
    const failing = transact([insert(3), insert(1), sql`SELECT ${round}::int AS never, ${'x'}::text`]);
    await expect(failing).rejects.toMatchObject({ code: '23505' });
  }
  expect(await ids()).toEqual(before);
  // Statements that were parsed before the failure, and those that were not, can be used again.
  const answers = await transact([sql`SELECT ${1}::int AS never, ${'x'}::text AS text`, insert(4)]);
  expect(answers).toEqual([[{ never: 1, text: 'x' }], [{ id: 4 }]]);
  expect(gateway.logLines.filter((line) => line.includes('prepared statements'))).toEqual([]);
});

it('begins a transaction with its first statement, and sends none that does nothing', async () => {
  const em = gateway.dependencies.orm.em.fork();
  const sent = watchStatements();
  await em.transactional(async (work) => {
    await run(work, insert(5));
    expect(await run(work, sql`SELECT id FROM notes WHERE id = ${5}`)).toEqual([{ id: 5 }]);
  });
  expect(sent).toHaveLength(3);
  await em.transactional(async () => undefined);
  expect(sent).toHaveLength(3);
  await expect(em.transactional((work) => run(work, insert(5)))).rejects.toMatchObject({ code: '23505' });
  await expect(
    em.transactional(async (work) => {
      await run(work, insert(6));
      throw new Error('undone');
    }),
  ).rejects.toThrow('undone');
  expect(await ids()).not.toContain(6);
});

it('binds arrays as one value', async () => {
  const em = gateway.dependencies.orm.em.fork();
  const found = await run(em, sql`SELECT id FROM notes WHERE id = ANY(${[1, 2, 99]}) ORDER BY id`);
  expect(found).toEqual([{ id: 1 }, { id: 2 }]);
  expect(await run(em, sql`SELECT ${['a,b', '"c"', '{d}']}::text[] AS list`)).toEqual([
    { list: ['a,b', '"c"', '{d}'] },
  ]);
});

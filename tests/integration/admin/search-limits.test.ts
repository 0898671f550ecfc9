import { expect, it } from 'vitest';
import { AdminUsersDocument, MeDocument } from '../../generated/operations.js';
import { faults, quickUser, rows } from '../../support/accounts.js';
import { testGateway } from '../../support/app.js';
import { staffMember } from '../../support/staff.js';

async function gatewayWithSearch() {
  const gateway = await testGateway();
  const { token } = await staffMember(gateway, 'support');
  const search = async (text: string) => await gateway.ask(AdminUsersDocument, { filter: { text } }, { token });
  const emails = async (text: string) => (await search(text)).data.adminUsers.nodes.map(({ email }) => email);
  return { gateway, token, search, emails };
}

it('a search without the extension pg_trgm finds what begins with the text', async () => {
  const { gateway, emails } = await gatewayWithSearch();
  const email = 'grace.hopper@navy.example';
  await quickUser(gateway, { email, username: 'Amazing_Grace', displayName: 'Rear Admiral' });
  await rows(gateway, 'DROP EXTENSION IF EXISTS pg_trgm CASCADE');
  expect(await rows(gateway, "SELECT to_regclass('users_trigram_index') AS index")).toEqual([{ index: null }]);
  for (const text of ['grace.ho', email.toUpperCase(), 'amazing']) expect(await emails(text), text).toEqual([email]);
  for (const text of ['hopper', 'admiral', 'zing_gr']) expect(await emails(text), text).toEqual([]);
});

it('a search that takes longer than two seconds is an input problem, and holds nothing up afterwards', async () => {
  const { gateway, token, search, emails } = await gatewayWithSearch();
  const { email } = await quickUser(gateway);
  await gateway.dependencies.orm.em.fork().transactional(async (em) => {
    await em.execute('LOCK TABLE users IN ACCESS EXCLUSIVE MODE');
    const { extensions } = (await search(email)).errors[0] ?? {};
    expect(extensions).toMatchObject({ code: 'INPUT_INVALID', fields: [{ path: ['filter'] }] });
  });
  expect(await emails(email)).toEqual([email]);
  expect((await gateway.ask(MeDocument, {}, { token })).data.me).not.toBeNull();
  expect(faults(gateway)).toEqual([]);
});

import { randomBytes } from 'node:crypto';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { remove } from '../../../src/cli/commands/accounts.js';
import { listSessionsOf, setRole, unlock } from '../../../src/cli/commands/users.js';
import { commandContext, quickUser } from '../../support/accounts.js';
import { sharedGateway, type TestGateway } from '../../support/app.js';
import { eventually } from '../../support/eventually.js';
import { lockAccount } from '../../support/row-lock.js';
import { staffMember } from '../../support/staff.js';

let gateway: TestGateway;
beforeAll(async () => {
  gateway = await sharedGateway({ env: { EMAIL_DEDUPLICATION: 'provider' } });
});
afterAll(() => gateway.close());

it('a command names the address of the account, not the spelling that was typed', async () => {
  const name = `u${randomBytes(6).toString('hex')}`;
  const { email } = await quickUser(gateway, { email: `${name}@gmail.com` });
  const typed = `${name}+news@googlemail.com`;
  const context = () => commandContext(gateway);
  const answers = [
    await unlock(context(), typed),
    await listSessionsOf(context(), typed),
    await setRole(context(), typed, 'support', true),
    await remove(context(), typed, true),
  ];
  for (const { text, data } of answers) {
    expect(text).toContain(email);
    expect(text).not.toContain(typed);
    expect(data).toMatchObject({ email });
  }
});

it('the deletion of an account says why it was refused', async () => {
  const last = await staffMember(gateway, 'admin');
  expect(await remove(commandContext(gateway), last.email, true)).toEqual({
    code: 'CONFLICT',
    text: `${last.email}: This is the last admin who can sign in.`,
  });
  const { id, email } = await quickUser(gateway);
  const lock = await lockAccount(gateway.database.url, email);
  const removed = remove(commandContext(gateway), email, true);
  await eventually(async () => expect(await lock.waiting()).toBe(1), 3_000);
  await lock.change('UPDATE users SET email = $1 WHERE id = $2', [`moved-${email}`, id]);
  await lock.release();
  expect(await removed).toEqual({
    code: 'CONFLICT',
    text: `${email}: The account changed in the meantime. Run the command again.`,
  });
});

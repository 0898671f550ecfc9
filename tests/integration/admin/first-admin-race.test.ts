import { expect, it } from 'vitest';
import { createFirstAdmin } from '../../../src/services/admin/create-first-admin.js';
import { SignupDocument } from '../../generated/operations.js';
import { commandContext, rows } from '../../support/accounts.js';
import { testGateway } from '../../support/app.js';
import { expectType, newEmail, PASSWORD } from '../../support/journey.js';

const ROUNDS = 12;

it('the first admin is made although somebody signs up with the address at the same time', async () => {
  const gateway = await testGateway();
  for (let round = 0; round < ROUNDS; round += 1) {
    const email = newEmail();
    const [made, { data }] = await Promise.all([
      createFirstAdmin(commandContext(gateway), { email, password: PASSWORD }),
      gateway.ask(SignupDocument, { input: { email, password: PASSWORD } }),
    ]);
    expect(made).toMatchObject({ kind: 'admin-created', email });
    expectType(data.signup, 'SignupAccepted');
    const admins = await rows(gateway, "UPDATE users SET role = 'user' WHERE role = 'admin' RETURNING email");
    expect(admins).toEqual([{ email }]);
  }
});

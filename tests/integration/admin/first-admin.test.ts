import { expect, it } from 'vitest';
import { createFirstAdmin } from '../../../src/services/admin/create-first-admin.js';
import { AdminOverviewDocument, ConfirmTotpDocument, MeDocument } from '../../generated/operations.js';
import { commandContext } from '../../support/accounts.js';
import { testGateway } from '../../support/app.js';
import { expectType, loggedIn, newEmail, PASSWORD } from '../../support/journey.js';
import { productionSettings } from '../../support/production.js';
import { appCode, challengeOf, complete, enrolled, toNextStep } from '../../support/totp.js';

it('in production the first admin signs in with the default role, enrols a second factor, and is an admin from then on', async () => {
  const gateway = await testGateway({ env: productionSettings() });
  const email = newEmail();
  expect(await createFirstAdmin(commandContext(gateway), { email, password: PASSWORD })).toMatchObject({ email });
  const { accessToken: token } = await loggedIn(gateway, email);
  const before = await gateway.ask(AdminOverviewDocument, {}, { token });
  expect(before.errors[0]?.extensions.code).toBe('FORBIDDEN');

  toNextStep(gateway);
  const secret = await enrolled(gateway, token);
  const confirm = { input: { code: appCode(gateway, secret) } };
  expectType((await gateway.ask(ConfirmTotpDocument, confirm, { token })).data.confirmTotp, 'RecoveryCodes');
  toNextStep(gateway);
  const challenge = await challengeOf(gateway, email);
  const { tokens } = expectType(await complete(gateway, challenge, appCode(gateway, secret)), 'LoginSuccess');

  const asked = { token: tokens.accessToken };
  expect((await gateway.ask(MeDocument, {}, asked)).data.me?.email).toBe(email);
  const after = await gateway.ask(AdminOverviewDocument, {}, asked);
  expect(after.errors).toEqual([]);
  expect(after.data.adminOverview).toMatchObject({ admins: 1, adminsWithTwoFactor: 1 });
});

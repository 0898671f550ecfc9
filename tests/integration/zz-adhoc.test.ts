import { expect, it } from 'vitest';
import { ReauthenticateDocument } from '../generated/operations.js';
import { atOnce, faults, quickUser } from '../support/accounts.js';
import { testGateway } from '../support/app.js';
import { loggedIn, PASSWORD } from '../support/journey.js';
import { reset, resetMailOf } from '../support/passwords.js';
it('deadlock', { timeout: 120000 }, async () => {
  const gateway = await testGateway({ env: { DATABASE_POOL_MAX: '20' } });
  for (let round = 0; round < 25; round += 1) {
    const { email } = await quickUser(gateway);
    const s = [];
    for (let i = 0; i < 3; i++) s.push(await loggedIn(gateway, email));
    const { token } = await resetMailOf(gateway, email);
    await Promise.all([
      reset(gateway, token),
      ...s.map(async (one, i) => {
        await new Promise((r) => setTimeout(r, (round % 10) * 2 + i));
        return await gateway.ask(ReauthenticateDocument, { input: { password: PASSWORD } }, { token: one.accessToken });
      }),
    ]);
  }
  expect(faults(gateway).map((l) => l.slice(0, 400))).toEqual([]);
});

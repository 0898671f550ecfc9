import { describe, expect, it } from 'vitest';
import { createFirstAdmin } from '../../../src/services/admin/create-first-admin.js';
import { printWelcome } from '../../../src/welcome.js';
import { AdminOverviewDocument, ConfirmTotpDocument, MeDocument } from '../../generated/operations.js';
import { commandContext, rows } from '../../support/accounts.js';
import { type TestGateway, testGateway } from '../../support/app.js';
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

/** What the welcome prints at a terminal, or into a file. */
async function welcomeOf(gateway: TestGateway, isTTY: boolean): Promise<string> {
  let printed = '';
  const write = (text: string | Uint8Array) => {
    printed += String(text);
    return true;
  };
  await printWelcome(gateway.dependencies, { isTTY, write });
  return printed;
}

describe('the link of the welcome', () => {
  const post = (gateway: TestGateway, payload: unknown, headers: Record<string, string> = {}) =>
    gateway.inject({ method: 'POST', url: '/dev/first-admin', headers, payload: payload as object });

  const tokenOf = async (gateway: TestGateway) =>
    /\/dev\/first-admin#token=(\S+)/.exec(await welcomeOf(gateway, true))?.[1] ?? '';

  it('makes the first admin once, and is printed only at a terminal and never logged', async () => {
    const gateway = await testGateway({ env: { NODE_ENV: 'development' } });
    expect(await welcomeOf(gateway, false)).toContain('npx gatehouse admin create');
    expect(await welcomeOf(gateway, false)).not.toContain('token=');
    const token = await tokenOf(gateway);
    const [email, other] = [newEmail(), newEmail()];
    const [unlisted, weak, noAddress] = await Promise.all([
      post(gateway, { token, email }),
      post(gateway, { token, email, password: 'short' }),
      post(gateway, { token, email: 'nobody', password: PASSWORD }),
    ]);
    expect(unlisted.statusCode).toBe(400);
    expect(weak.json()).toMatchObject({ status: 422, code: 'PASSWORD_REJECTED', rules: expect.any(Array) });
    expect(noAddress.json()).toMatchObject({ status: 422, code: 'INPUT_INVALID', field: 'email' });
    expect(await rows(gateway, 'SELECT id FROM users')).toEqual([]);
    const made = await Promise.all([
      post(gateway, { token, email, password: PASSWORD }),
      post(gateway, { token, email: other, password: PASSWORD }),
    ]);
    expect(made.map(({ statusCode }) => statusCode).toSorted()).toEqual([200, 403]);
    expect(await rows(gateway, "SELECT id FROM users WHERE role = 'admin'")).toHaveLength(1);
    expect((await post(gateway, { token, email: other, password: PASSWORD })).statusCode).toBe(403);
    expect(await welcomeOf(gateway, true)).not.toMatch(/Admin|token=/);
    expect(gateway.logLines.join('')).not.toContain(token);
  });

  it('opens nothing after an hour, with another token, from a foreign host, and in production', async () => {
    const gateway = await testGateway({ env: { NODE_ENV: 'development' } });
    const token = await tokenOf(gateway);
    const form = { token, email: newEmail(), password: PASSWORD };
    const [until = ''] = token.split('.');
    const forged = [token.replace(until, String(Number(until) + 9)), `${until}.`, '', `${until}.${'A'.repeat(43)}`];
    for (const guess of forged) expect((await post(gateway, { ...form, token: guess })).statusCode).toBe(403);
    expect((await post(gateway, form, { host: 'evil.example' })).statusCode).toBe(403);
    gateway.clock.advance(3_600);
    expect((await post(gateway, form)).statusCode).toBe(403);
    expect(await rows(gateway, 'SELECT id FROM users')).toEqual([]);

    const production = await testGateway({ env: productionSettings() });
    expect(await welcomeOf(production, true)).toBe('');
    expect(production.logLines.join('')).toContain('gatehouse admin create');
    expect((await post(production, form)).statusCode).toBe(404);
  });
});

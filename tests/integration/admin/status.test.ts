import { expect, it } from 'vitest';
import { AdminStatusDocument } from '../../generated/operations.js';
import { rows } from '../../support/accounts.js';
import { testGateway } from '../../support/app.js';
import { staffMember } from '../../support/staff.js';

async function opened() {
  const gateway = await testGateway();
  const { token } = await staffMember(gateway, 'admin');
  const status = async () => {
    const { data, errors } = await gateway.ask(AdminStatusDocument, {}, { token });
    expect(errors).toEqual([]);
    return data.adminStatus;
  };
  return { gateway, status };
}

it('shows each part, the signing key and the version', async () => {
  const { status } = await opened();
  const { parts, signingKeys, version, changedSettings } = await status();
  const states = Object.fromEntries(parts.map((part) => [part.name, part.status]));
  expect(states).toMatchObject({ database: 'UP', migrations: 'UP', clock: 'UP', revocations: 'UP', cache: 'UNUSED' });
  expect(parts.find(({ name }) => name === 'database')?.latencyMs).toBeGreaterThan(0);
  expect(signingKeys.filter(({ state }) => state === 'ACTIVE')).toHaveLength(1);
  expect(version).toMatch(/^\d+\.\d+\.\d+/);
  for (const { secret, value } of changedSettings) if (secret) expect(value).toBeNull();
});

it('lists the settings that differ from their default, and none that is set to it', async () => {
  const env = { LOCKOUT_THRESHOLD: '7', LOCKOUT_SECONDS: '1800', TOTP_WINDOW: '0', SIGNUP_ROLES: 'user' };
  const gateway = await testGateway({ env });
  const { token } = await staffMember(gateway, 'admin');
  const { changedSettings } = (await gateway.ask(AdminStatusDocument, {}, { token })).data.adminStatus;
  expect(changedSettings.filter(({ name }) => name in env)).toEqual([
    { name: 'LOCKOUT_THRESHOLD', value: '7', secret: false },
    { name: 'TOTP_WINDOW', value: '0', secret: false },
  ]);
  const urls = changedSettings.filter(({ name }) => name === 'DATABASE_URL');
  expect(urls).toEqual([{ name: 'DATABASE_URL', value: null, secret: true }]);
});

it('finds what an operator should know, until it is mended', async () => {
  const { gateway, status } = await opened();
  const codes = async () => (await status()).findings.map(({ code }) => code);
  expect(await codes()).toEqual(expect.arrayContaining(['ADMIN_WITHOUT_SECOND_FACTOR', 'ONE_ADMIN']));
  const { id } = await staffMember(gateway, 'admin');
  expect(await codes()).not.toContain('ONE_ADMIN');
  const unverify = 'UPDATE users SET email_verified_at = NULL WHERE id = ? RETURNING id';
  await rows(gateway, unverify, [id]);
  expect(await codes()).toContain('ONE_ADMIN');
  await rows(gateway, 'DELETE FROM migrations WHERE name = (SELECT max(name) FROM migrations) RETURNING name');
  const { findings, parts } = await status();
  expect(findings[0]).toMatchObject({
    code: 'MIGRATIONS_DOWN',
    severity: 'ERROR',
    next: expect.stringContaining('migrate'),
  });
  expect(parts.find(({ name }) => name === 'migrations')).toMatchObject({ status: 'DOWN', detail: expect.any(String) });
});

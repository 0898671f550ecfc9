import { afterAll, beforeAll, expect, it } from 'vitest';
import { loadSettings } from '../../../src/settings.js';
import { AdminUserDocument, MeDocument } from '../../generated/operations.js';
import { rows } from '../../support/accounts.js';
import { sharedGateway, type TestGateway } from '../../support/app.js';
import { type StaffMember, staffMember } from '../../support/staff.js';

let gateway: TestGateway;
let admin: StaffMember;

beforeAll(async () => {
  gateway = await sharedGateway({ env: { ADMIN_NETWORKS: '10.1.0.0/16,2001:db8::/32,192.0.2.7' } });
  admin = await staffMember(gateway, 'admin');
});
afterAll(() => gateway.close());

it.each(['10.1.2.3', '2001:db8:7::1', '192.0.2.7', '::ffff:10.1.2.3'])('an admin works from %s', async (from) => {
  const { data } = await gateway.ask(AdminUserDocument, { id: admin.id }, { token: admin.token, from });
  expect(data.adminUser?.id).toBe(admin.id);
});

it('an admin is refused elsewhere, which is audited, and keeps the own account', async () => {
  const ask = { token: admin.token, from: '203.0.113.77' };
  const { errors } = await gateway.ask(AdminUserDocument, { id: admin.id }, ask);
  expect(errors[0]?.extensions.code).toBe('FORBIDDEN');
  expect((await gateway.ask(MeDocument, {}, ask)).data.me?.id).toBe(admin.id);
  const text = "SELECT metadata FROM audit_events WHERE type = 'ACCESS_DENIED' AND actor_id = ?";
  expect(await rows(gateway, text, [admin.id])).toEqual([
    { metadata: { rule: 'isStaff', operation: 'adminUser', network: 'OUTSIDE_ADMIN_NETWORKS' } },
  ]);
});

it('exports are refused elsewhere', async () => {
  const ask = (remoteAddress: string) =>
    gateway.inject({
      method: 'GET',
      url: '/admin/export/users.csv',
      headers: { authorization: `Bearer ${admin.token}` },
      remoteAddress,
    });
  expect((await ask('203.0.113.77')).statusCode).toBe(403);
  expect((await ask('10.1.2.3')).statusCode).toBe(200);
});

it.each(['10.1.0.0/33', 'office', '1.2.3', 'fe80::1%eth0'])('%s is no network', (text) => {
  expect(() => loadSettings({ ADMIN_NETWORKS: text })).toThrow(/ADMIN_NETWORKS/);
});

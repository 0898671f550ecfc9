import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { quickUser, rows } from '../../support/accounts.js';
import { sharedGateway, type TestGateway, testGateway } from '../../support/app.js';
import { loggedIn } from '../../support/journey.js';
import { productionSettings } from '../../support/production.js';
import { type StaffMember, staffMember } from '../../support/staff.js';

const INSIDE = '10.1.2.3';
const FILES = ['/ide/documents.json', '/ide/schema.json'];

function read(gateway: TestGateway, url: string, token?: string, remoteAddress = INSIDE) {
  const headers = token === undefined ? {} : { authorization: `Bearer ${token}` };
  return gateway.inject({ url, headers, remoteAddress });
}

describe('the IDE in production', () => {
  let gateway: TestGateway;
  let admin: StaffMember;

  beforeAll(async () => {
    const env = { GRAPHQL_IDE: 'on', ADMIN_NETWORKS: '10.1.0.0/16', TWO_FACTOR_REQUIRED_ROLES: 'auditor' };
    gateway = await sharedGateway({ env: productionSettings(env) });
    admin = await staffMember(gateway, 'admin');
  });
  afterAll(() => gateway.close());

  it('the documents and the schema are for an admin', async () => {
    const support = await staffMember(gateway, 'support');
    const user = await quickUser(gateway);
    const { accessToken } = await loggedIn(gateway, user.email);
    for (const url of FILES) {
      expect((await read(gateway, url)).statusCode).toBe(401);
      expect((await read(gateway, url, 'made-up')).statusCode).toBe(401);
      for (const token of [accessToken, support.token]) {
        const refused = await read(gateway, url, token);
        expect(refused.statusCode).toBe(403);
        expect(refused.body).not.toMatch(/AdminUser|adminUsers/);
      }
      const allowed = await read(gateway, url, admin.token);
      expect(allowed.statusCode).toBe(200);
      expect(allowed.headers['cache-control']).toBe('no-store');
      expect(allowed.body).toMatch(/adminUsers/);
    }
  });

  it('they are refused once the role or the session ends', async () => {
    const demoted = await staffMember(gateway, 'admin');
    const gone = await staffMember(gateway, 'admin');
    await rows(gateway, "UPDATE users SET role = 'user' WHERE id = ? RETURNING id", [demoted.id]);
    await gateway.send('mutation { logout { __typename } }', {}, { token: gone.token });
    for (const url of FILES) {
      expect((await read(gateway, url, demoted.token)).statusCode).toBe(403);
      expect((await read(gateway, url, gone.token)).statusCode).toBe(401);
    }
  });

  it.each(['/ide', '/ide/ide.js', ...FILES])('%s is not for other networks', async (url) => {
    expect((await read(gateway, url, admin.token, '203.0.113.9')).statusCode).toBe(403);
  });

  it('the page itself reveals no name of the schema that only admins use', async () => {
    const { body, statusCode } = await read(gateway, '/ide');
    expect(statusCode).toBe(200);
    const scripts = ['ide', 'journey', 'panel', 'request', 'generated/operations'];
    const texts = await Promise.all(scripts.map(async (name) => (await read(gateway, `/ide/${name}.js`)).body));
    expect([body, ...texts].join('\n')).not.toMatch(/admin[A-Z]\w+/);
  });

  it('the endpoint still answers no introspection, to an admin neither', async () => {
    const { status } = await gateway.send('{ __schema { types { name } } }', {}, { token: admin.token, from: INSIDE });
    expect(status).toBe(400);
  });
});

it('outside production everybody reads the documents, and the schema where introspection is on', async () => {
  const open = await testGateway();
  for (const url of FILES) expect((await read(open, url)).statusCode).toBe(200);
  const closed = await testGateway({ env: { INTROSPECTION: 'off' } });
  expect((await read(closed, '/ide/documents.json')).statusCode).toBe(200);
  expect((await read(closed, '/ide/schema.json')).statusCode).toBe(401);
});

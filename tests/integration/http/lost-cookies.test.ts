import { describe, expect, it } from 'vitest';
import { quickUser } from '../../support/accounts.js';
import { testGateway } from '../../support/app.js';
import { PASSWORD } from '../../support/journey.js';

const LOGIN = `mutation($input: LoginInput!) { login(input: $input) { __typename } }`;
const PAGE = 'http://localhost:5173';
const NOT_KEPT = { gatehouse: { warning: 'COOKIE_NOT_KEPT' } };

async function gatewayWithUser(env: Record<string, string> = {}) {
  const gateway = await testGateway({ env });
  const { email: identifier } = await quickUser(gateway);
  const extensions = async (tokenDelivery: string, site: string | null, password = PASSWORD) => {
    const headers = { origin: PAGE, ...(site !== null && { 'sec-fetch-site': site }) };
    const { body } = await gateway.send(LOGIN, { input: { identifier, password, tokenDelivery } }, { headers });
    return JSON.parse(body).extensions;
  };
  const warnings = () =>
    gateway.logLines.map((line) => JSON.parse(line)).filter(({ setting }) => setting === 'COOKIE_SAME_SITE');
  return { gateway, extensions, warnings };
}

describe('C1: a refresh-token cookie that the browser does not keep', () => {
  it('is reported in the answer, and in the log once per origin', async () => {
    const { extensions, warnings } = await gatewayWithUser();
    for (const _ of [1, 2]) expect(await extensions('COOKIE', 'cross-site')).toEqual(NOT_KEPT);
    expect(warnings()).toMatchObject([{ level: 40, origin: PAGE }]);
  });

  it('is not reported where it is kept, where none is set and where nobody says whence the request is', async () => {
    const { extensions, warnings } = await gatewayWithUser();
    expect(await extensions('COOKIE', 'same-site')).toBeUndefined();
    expect(await extensions('COOKIE', 'same-origin')).toBeUndefined();
    expect(await extensions('COOKIE', null)).toBeUndefined();
    expect(await extensions('BODY', 'cross-site')).toBeUndefined();
    expect(await extensions('COOKIE', 'cross-site', 'wrong')).toBeUndefined();
    expect(warnings()).toEqual([]);
  });

  it('is kept across sites with SameSite=None', async () => {
    const { extensions } = await gatewayWithUser({
      COOKIE_SAME_SITE: 'none',
      PUBLIC_URL: 'https://auth.example.com',
      CORS_ORIGINS: PAGE,
    });
    expect(await extensions('COOKIE', 'cross-site')).toBeUndefined();
  });
});

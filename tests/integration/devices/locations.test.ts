import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createDependencies } from '../../../src/dependencies.js';
import { startFailure } from '../../../src/settings/start-failure.js';
import { loadSettings } from '../../../src/settings.js';
import { LoginDocument, MySessionsDocument, RefreshDocument } from '../../generated/operations.js';
import { faults, quickUser } from '../../support/accounts.js';
import { sharedGateway, type TestGateway, testGateway } from '../../support/app.js';
import { expectType, loggedIn, PASSWORD } from '../../support/journey.js';
import { mmdb } from '../../support/mmdb.js';

const IN_VIENNA = '203.0.113.7';
const IN_GRAZ = '2001:db8:1::7';
const NOWHERE = { city: null, country: null };
const folder = mkdtempSync(join(tmpdir(), 'gatehouse-geoip-'));
const path = join(folder, 'city.mmdb');
let gateway: TestGateway;

beforeAll(async () => {
  const austria = { iso_code: 'AT', names: { de: 'Österreich', en: 'Austria' } };
  const database = mmdb({
    '203.0.113.0/24': { city: { names: { de: 'Wien', en: 'Vienna' } }, country: austria },
    '2001:db8:1::/48': { city: { names: { en: 'Graz' } }, country: austria },
    '198.51.100.0/24': { country: { iso_code: 'CH' } },
    '192.0.2.0/24': { city: `${'x'.repeat(200)}\u0000`, country: 'Nowhere' },
  });
  writeFileSync(path, database);
  gateway = await sharedGateway({ env: { GEOIP_DATABASE: path }, worker: true });
});

afterAll(async () => {
  await gateway.close();
  rmSync(folder, { recursive: true });
});

const signedIn = async (from: string) =>
  (await loggedIn(gateway, (await quickUser(gateway)).email, { ask: { from } })).session;

describe('where a session is used', () => {
  it.each([
    [IN_VIENNA, { city: 'Vienna', country: 'AT' }],
    [`::ffff:${IN_VIENNA}`, { city: 'Vienna', country: 'AT' }],
    [IN_GRAZ, { city: 'Graz', country: 'AT' }],
    ['198.51.100.1', { city: null, country: 'CH' }],
    ['127.0.0.1', NOWHERE],
    ['192.0.2.1', { city: 'x'.repeat(100), country: null }],
  ])('%s', async (from, place) => expect(await signedIn(from)).toMatchObject(place));

  it('follows the address of each refresh, and is shown in the list', async () => {
    const { email } = await quickUser(gateway);
    const { refreshToken, accessToken } = await loggedIn(gateway, email, { ask: { from: IN_VIENNA } });
    const { data } = await gateway.ask(RefreshDocument, { input: { refreshToken } }, { from: IN_GRAZ });
    expect(expectType(data.refresh, 'RefreshSuccess').session).toMatchObject({ ipAddress: IN_GRAZ, city: 'Graz' });
    const list = await gateway.ask(MySessionsDocument, {}, { token: accessToken });
    expect(list.data.mySessions.edges.map(({ node }) => node.city)).toEqual(['Graz']);
    const next = expectType(data.refresh, 'RefreshSuccess').tokens.refreshToken ?? '';
    const moved = await gateway.ask(RefreshDocument, { input: { refreshToken: next } }, { from: '10.0.0.1' });
    expect(expectType(moved.data.refresh, 'RefreshSuccess').session).toMatchObject(NOWHERE);
    expect(faults(gateway)).toEqual([]);
  });

  it('L4: is told in the mail about a new device', async () => {
    const { email } = await quickUser(gateway);
    await loggedIn(gateway, email, { ask: { from: IN_GRAZ } });
    await loggedIn(gateway, email, { ask: { from: IN_VIENNA, headers: { 'user-agent': 'curl/8.5.0' } } });
    expect((await gateway.mailTo(email, { mail: 'new-device' })).text).toContain('Vienna, AT');
  });

  it('is not known without a database', async () => {
    const plain = await testGateway();
    const { email: identifier } = await quickUser(plain);
    const input = { identifier, password: PASSWORD, rememberMe: false };
    const { data } = await plain.ask(LoginDocument, { input }, { from: IN_VIENNA });
    expect(expectType(data.login, 'LoginSuccess').session).toMatchObject({ ipAddress: IN_VIENNA, ...NOWHERE });
  });
});

describe('a database that cannot be read stops the start with one line', () => {
  const settingsWith = (file: string) =>
    loadSettings({ NODE_ENV: 'test', DATABASE_URL: gateway.database.url, DATA_DIR: folder, GEOIP_DATABASE: file });

  it('although it looks like one', async () => {
    const file = join(folder, 'damaged.mmdb');
    writeFileSync(file, mmdb({}).subarray(0, -60));
    const settings = settingsWith(file);
    const failure = await createDependencies(settings).then(
      async (dependencies) => await dependencies.close(),
      (cause: unknown) => startFailure(cause, settings),
    );
    expect(failure).toMatch(
      /^The gateway cannot start: GEOIP_DATABASE \/.+\.mmdb cannot be read \(no database\)\. .+; for example: \S/,
    );
  });

  it('a path that is no .mmdb file is refused with the settings', () => {
    expect(() => settingsWith('/etc/passwd')).toThrow('GEOIP_DATABASE must be the path of an .mmdb file');
  });
});

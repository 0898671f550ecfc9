import { afterAll, describe, expect, test } from 'vitest';
import { LoginDocument, UpdateProfileDocument } from '../generated/operations.js';
import { openTab } from '../support/apollo-sessions.js';
import { sharedGateway, testGateway } from '../support/app.js';
import { countingFetch } from '../support/counting-fetch.js';
import { PASSWORD, verifiedUser } from '../support/journey.js';

// A session renews its token as soon as `renewAheadMs` before the end: with a lifetime of 30 s, at every operation.
const EAGER = { renewAheadMs: 40_000 };
const gateway = await sharedGateway({ worker: true, env: { ACCESS_TOKEN_TTL: '30s' } });
const strict = await sharedGateway({
  worker: true,
  env: { COOKIE_SAME_SITE: 'none', PUBLIC_URL: 'https://auth.example.com' },
});
const address = await gateway.app.http.listen({ host: '127.0.0.1', port: 0 });
const strictAddress = await strict.app.http.listen({ host: '127.0.0.1', port: 0 });
const uri = `${address}/graphql`;
afterAll(async () => {
  await gateway.close();
  await strict.close();
});

const refreshes = (sent: string[]) => sent.filter((name) => name === 'GatehouseRefresh').length;
const badGateway = () => new Response('<html>502 Bad Gateway</html>', { status: 502 });

async function signedInBrowser() {
  const { email, id } = await verifiedUser(gateway);
  const browser = countingFetch();
  const tab = openTab(uri, browser);
  await tab.login(email);
  browser.sent.length = 0;
  return { email, id, browser, tab };
}

/** Number of the owner's mails about a reused token. */
async function warnings(email: string): Promise<number> {
  return (await gateway.mails()).filter(({ to, mail }) => to === email && mail === 'session-reuse').length;
}

describe('answers that do not come', () => {
  test('the answer to a refresh is lost, and the session goes on after the grace', async () => {
    const { email, id, browser, tab } = await signedInBrowser();
    tab.session.close();
    let isLost = true;
    browser.after = (operation) => {
      if (operation === 'GatehouseRefresh' && isLost) throw new TypeError('fetch failed');
    };
    const reloaded = openTab(uri, browser);
    expect(await reloaded.session.restore()).toMatchObject({ status: 'restoring', trouble: { code: 'NETWORK' } });
    isLost = false;
    gateway.clock.advance(600);
    expect(await reloaded.session.renew()).toBe('renewed');
    expect(await reloaded.me()).toBe(id);
    expect(await warnings(email)).toBe(0);
  });

  test.each([
    ['a page of HTML', badGateway],
    ['an empty answer', () => new Response('', { status: 504 })],
    ['JSON of something else', () => Response.json({ error: 'no' }, { status: 500 })],
    [
      'an unavailable gateway',
      () =>
        Response.json({
          data: {
            refresh: { __typename: 'AuthUnavailableProblem', retryAfterSeconds: 1, code: 'TEMPORARILY_UNAVAILABLE' },
          },
        }),
    ],
    ['a broken connection', () => Promise.reject(new TypeError('fetch failed'))],
  ])('%s in place of the first two refreshes is not noticed', async (_, answer) => {
    const { id, browser, tab } = await signedInBrowser();
    tab.session.close();
    let count = 0;
    browser.before = (operation) => (operation === 'GatehouseRefresh' && count++ < 2 ? answer() : undefined);
    const reloaded = openTab(uri, browser);
    expect(await Promise.all([reloaded.me(), reloaded.me(), reloaded.me()])).toEqual([id, id, id]);
    expect(refreshes(browser.sent)).toBe(3);
  });

  test('a gateway that hangs is given up after the time limit', async () => {
    const { browser, tab } = await signedInBrowser();
    tab.session.close();
    browser.before = () => new Promise(() => {});
    const reloaded = openTab(uri, browser, { timeoutMs: 100 });
    expect(await reloaded.session.restore()).toMatchObject({ status: 'restoring', trouble: { code: 'NETWORK' } });
    expect(browser.sent).toHaveLength(4);
    browser.before = undefined;
    await expect.poll(() => reloaded.session.getState().status, { timeout: 10_000 }).toBe('signedIn');
  });
});

describe('tabs without Web Locks and channels between them', () => {
  test('five renew at once, and every operation is answered', async () => {
    const { email, id, browser, tab } = await signedInBrowser();
    tab.session.close();
    const tabs = Array.from({ length: 5 }, () => openTab(uri, browser, { tabs: false, ...EAGER }));
    for (let round = 0; round < 3; round++) {
      expect(await Promise.all(tabs.flatMap(({ me }) => [me(), me()]))).toEqual(Array(10).fill(id));
    }
    expect(await warnings(email)).toBe(0);
  });

  test('the cookie of a slow refresh overwrites that of two faster ones, and the session goes on', async () => {
    const { email, id, browser, tab } = await signedInBrowser();
    tab.session.close();
    const [slow, fast] = [openTab(uri, browser, { tabs: false }), openTab(uri, browser, { tabs: false })];
    await Promise.all([slow.session.restore(), fast.session.restore()]);
    const early = new Map(browser.cookies);
    await fast.session.renew();
    await fast.session.renew();
    for (const [name, value] of early) browser.cookies.set(name, value);
    expect(await slow.session.renew()).toBe('renewed');
    expect(await slow.me()).toBe(id);
    expect(await warnings(email)).toBe(0);
  });

  test('a late refusal does not end a new sign-in', async () => {
    const { browser, tab } = await signedInBrowser();
    const other = openTab(uri, browser, { tabs: false });
    await other.session.restore();
    await tab.session.signOut();
    const next = await verifiedUser(gateway);
    let release: () => void = () => {};
    const held = new Promise<void>((resolve) => {
      release = resolve;
    });
    browser.before = async (operation) => {
      if (operation === 'GatehouseRefresh') await held;
      return undefined;
    };
    const refused = other.session.renew();
    await tab.login(next.email);
    release();
    await refused;
    browser.before = undefined;
    expect(await openTab(uri, browser, { tabs: false }).session.restore()).toMatchObject({
      status: 'signedIn',
      claims: { sub: next.id },
    });
  });
});

describe('tabs of one browser', () => {
  test('five with ten operations each need one refresh', async () => {
    const { id, browser, tab } = await signedInBrowser();
    const tabs = [tab, ...Array.from({ length: 4 }, () => openTab(uri, browser))];
    await Promise.all(tabs.map(({ session }) => session.restore()));
    tab.session.close();
    const opened = Array.from({ length: 5 }, () => openTab(uri, browser, { tabs: { name: `again ${id}` } }));
    const asked = opened.flatMap(({ me }) => Array.from({ length: 10 }, me));
    expect(await Promise.all(asked)).toEqual(Array(50).fill(id));
    expect(refreshes(browser.sent)).toBe(1);
  });

  test('another user signs in while queries are in flight, and only that user is in the store', async () => {
    const { email, browser, tab } = await signedInBrowser();
    const other = openTab(uri, browser);
    await other.session.restore();
    const next = await verifiedUser(gateway);
    await other.me();
    const inFlight = Promise.allSettled(Array.from({ length: 5 }, () => other.me()));
    await tab.login(next.email);
    await inFlight;
    await expect.poll(() => other.session.getState()).toMatchObject({ claims: { sub: next.id } });
    expect(await other.me()).toBe(next.id);
    expect(JSON.stringify(other.client.cache.extract())).not.toContain(email);
  });

  test('a sign-out during renewals of two tabs leaves nobody signed in', async () => {
    const { browser, tab } = await signedInBrowser();
    const other = openTab(uri, browser);
    await other.session.restore();
    const renewals = Promise.all([tab.session.renew(), other.session.renew()]);
    expect(await tab.session.signOut()).toEqual({ told: true });
    await renewals;
    await expect.poll(() => other.session.getState().status).toBe('signedOut');
    expect(tab.session.getState().status).toBe('signedOut');
    const reloaded = openTab(uri, browser, { tabs: false });
    expect(await reloaded.session.restore()).toMatchObject({ status: 'signedOut' });
  });

  test('the operations that wait when the session is found ended are answered before the store is cleared', async () => {
    const { browser, tab } = await signedInBrowser();
    const other = openTab(uri, browser, { tabs: false });
    await other.session.restore();
    await tab.me();
    await other.session.signOut();
    gateway.clock.advance(60);
    const results = await Promise.allSettled([tab.me(), tab.me(), tab.me()]);
    for (const result of results) {
      expect(result).toMatchObject({ reason: { errors: [{ extensions: { code: 'UNAUTHENTICATED' } }] } });
    }
    expect(tab.session.getState()).toEqual({ status: 'signedOut', reason: 'ended' });
    await expect.poll(() => tab.client.cache.extract()).toEqual({});
  });

  test('a sign-out without network is made up for before anything else', async () => {
    const { browser, tab } = await signedInBrowser();
    browser.before = () => Promise.reject(new TypeError('fetch failed'));
    expect(await tab.session.signOut()).toEqual({ told: false });
    browser.before = undefined;
    browser.sent.length = 0;
    expect(await tab.session.renew()).toBe('signed-out');
    expect(browser.sent).toEqual(['GatehouseLogout']);
  });
});

describe('limits of the gateway', () => {
  test('a limited refresh is trouble until its time, and valid tokens go on working', async () => {
    const limited = await testGateway({ worker: true, env: { RATE_LIMITS: 'refresh=2/1h' } });
    const limitedUri = `${await limited.app.http.listen({ host: '127.0.0.1', port: 0 })}/graphql`;
    const { email, id } = await verifiedUser(limited);
    const browser = countingFetch();
    const tab = openTab(limitedUri, browser);
    await tab.login(email);
    expect([await tab.session.renew(), await tab.session.renew(), await tab.session.renew()]).toEqual([
      'renewed',
      'renewed',
      'trouble',
    ]);
    const { trouble } = tab.session.getState();
    expect(trouble?.code).toBe('RATE_LIMITED');
    expect((trouble?.retryAt ?? 0) - Date.now()).toBeGreaterThan(60_000);
    expect(await tab.me()).toBe(id);
    const reloaded = openTab(limitedUri, browser, { tabs: false });
    expect(await reloaded.session.restore()).toMatchObject({ status: 'restoring', trouble: { code: 'RATE_LIMITED' } });
    await expect(reloaded.me()).rejects.toMatchObject({ code: 'RATE_LIMITED' });
  });
});

describe('a sign-out everywhere', () => {
  test('ends the sessions of other devices after a recent sign-in, and says so if it could not', async () => {
    const { email, browser, tab } = await signedInBrowser();
    const phone = openTab(uri, countingFetch(), { tabs: false });
    await phone.login(email);
    expect(await tab.session.signOut({ everywhere: true })).toEqual({ told: true });
    expect(browser.sent).toEqual(['GatehouseLogoutEverywhere']);
    expect(await phone.session.renew()).toBe('signed-out');
    await tab.login(email);
    gateway.clock.advance(3_600);
    await tab.session.renew();
    expect(await tab.session.signOut({ everywhere: true })).toEqual({ told: false });
    expect(await openTab(uri, browser, { tabs: false }).session.restore()).toMatchObject({ status: 'signedOut' });
  });
});

describe('a cookie with SameSite=None', () => {
  test('needs a CSRF token, which the session and the link fetch by themselves', async () => {
    const { email, id } = await verifiedUser(strict);
    const browser = countingFetch();
    const strictUri = `${strictAddress}/graphql`;
    const tab = openTab(strictUri, browser);
    await tab.login(email);
    expect(await tab.session.renew()).toBe('renewed');
    await tab.client.mutate({
      mutation: UpdateProfileDocument,
      variables: { input: { displayName: 'Ada' } },
    });
    expect(browser.sent).toEqual([
      'Login',
      'GatehouseRefresh',
      'GatehouseCsrfToken',
      'GatehouseRefresh',
      'UpdateProfile',
    ]);
    const reloaded = openTab(strictUri, browser, { tabs: false });
    expect(await reloaded.session.restore()).toMatchObject({ status: 'signedIn', claims: { sub: id } });
    await reloaded.client.mutate({
      mutation: LoginDocument,
      variables: { input: { identifier: email, password: PASSWORD } },
    });
    expect(await reloaded.session.signOut()).toEqual({ told: true });
  });
});

import { expect, test, vi } from 'vitest';
import { fakeBrowser, openChannels } from './support/browser.js';
import { during } from './support/during.js';
import { ADA, BOB, gatewayOf, openTab, type Tab } from './support/tab.js';

const NAME = 'gatehouse https://gateway.test/graphql';

async function signedInTabs(count: number, accessTokenTtl = 900) {
  const gateway = gatewayOf({ accessTokenTtl });
  const tabs = Array.from({ length: count }, () => openTab(gateway));
  await during((tabs[0] as Tab).login(ADA));
  await during(Promise.all(tabs.map(({ session }) => session.restore())));
  gateway.requests.length = 0;
  return { gateway, tabs: tabs as [Tab, Tab, ...Tab[]] };
}

test('five tabs with ten queries each need one refresh and fifty requests, ten times', async () => {
  fakeBrowser();
  const { gateway, tabs } = await signedInTabs(5);
  for (let round = 1; round <= 10; round++) {
    vi.setSystemTime(Date.now() + 901_000);
    gateway.requests.length = 0;
    const asked = tabs.flatMap(({ me }) => Array.from({ length: 10 }, me));
    expect(await during(Promise.all(asked))).toEqual(Array(50).fill('user-1'));
    expect(gateway.requests.filter((name) => name === 'refresh')).toHaveLength(1);
    expect(gateway.requests).toHaveLength(51);
  }
});

test('twenty tabs that are opened at once need one refresh', async () => {
  fakeBrowser();
  const { gateway, tabs } = await signedInTabs(2);
  for (const { session } of tabs) session.close();
  const opened = Array.from({ length: 20 }, () => openTab(gateway));
  await during(Promise.all(opened.map(({ session }) => session.restore())));
  expect(gateway.requests).toEqual(['refresh']);
});

test('a tab that slept while another one renewed twice sends no refresh', async () => {
  const browser = fakeBrowser();
  const { gateway, tabs } = await signedInTabs(2);
  const [sleeper, other] = tabs;
  browser.loseMessages(true);
  for (let count = 0; count < 2; count++) {
    vi.setSystemTime(Date.now() + 901_000);
    await during(other.me());
  }
  browser.loseMessages(false);
  gateway.requests.length = 0;
  expect(await during(sleeper.me())).toBe('user-1');
  expect(gateway.requests).toEqual(['me']);
});

test.each([
  { hasLocks: false, hasChannels: true },
  { hasLocks: true, hasChannels: false },
  { hasLocks: false, hasChannels: false },
])('is right with locks $hasLocks and channels $hasChannels', async (has) => {
  fakeBrowser(has);
  const gateway = gatewayOf();
  const tabs = Array.from({ length: 5 }, () => openTab(gateway));
  await during((tabs[0] as Tab).login(ADA));
  await during(Promise.all(tabs.map(({ session }) => session.restore())));
  vi.setSystemTime(Date.now() + 901_000);
  expect(await during(Promise.all(tabs.map(({ me }) => me())))).toEqual(Array(5).fill('user-1'));
});

test('a lock that is never released is waited for once, for five seconds', async () => {
  const browser = fakeBrowser();
  const { gateway, tabs } = await signedInTabs(1);
  const [{ me, events }] = tabs;
  void browser.locks.request(NAME, {}, () => new Promise(() => {}));
  await vi.advanceTimersByTimeAsync(0);
  vi.setSystemTime(Date.now() + 901_000);
  const asked = me();
  await vi.advanceTimersByTimeAsync(4900);
  expect(gateway.requests).toEqual([]);
  expect(await during(asked)).toBe('user-1');
  expect(events).toContainEqual({ type: 'lock-timeout' });
  vi.setSystemTime(Date.now() + 901_000);
  expect(await during(me(), 500)).toBe('user-1');
});

test('a request that hangs gives the lock back after its time limit', async () => {
  fakeBrowser();
  const { gateway, tabs } = await signedInTabs(2);
  const [first, second] = tabs;
  vi.setSystemTime(Date.now() + 901_000);
  gateway.failure = 'hanging';
  const stuck = first.me();
  stuck.catch(() => undefined);
  await vi.advanceTimersByTimeAsync(100);
  gateway.failure = null;
  expect(await during(second.me(), 16_000)).toBe('user-1');
  expect(await during(stuck, 16_000)).toBe('user-1');
});

test('a sign-in during a renewal is sent after it, and wins', async () => {
  fakeBrowser();
  const { gateway, tabs } = await signedInTabs(1);
  const [{ session, login, me }] = tabs;
  gateway.latencyMs = 500;
  const renewed = session.renew();
  await vi.advanceTimersByTimeAsync(100);
  await during(Promise.all([renewed, login(BOB)]));
  expect(gateway.requests).toEqual(['refresh', 'login']);
  expect(session.getState()).toMatchObject({ claims: { sub: 'user-2' } });
  expect(await during(me())).toBe('user-2');
});

test('a sign-in in another tab during a renewal wins there and here', async () => {
  fakeBrowser();
  const { gateway, tabs } = await signedInTabs(2);
  const [first, second] = tabs;
  gateway.latencyMs = 500;
  await during(Promise.all([first.session.renew(), second.login(BOB)]));
  expect(tabs.map(({ session }) => session.getState())).toEqual(
    Array(2).fill(expect.objectContaining({ claims: expect.objectContaining({ sub: 'user-2' }) })),
  );
});

test('closing during a renewal leaves no timer, no channel and no waiting operation', async () => {
  fakeBrowser();
  const { gateway, tabs } = await signedInTabs(1);
  const [{ session, me }] = tabs;
  vi.setSystemTime(Date.now() + 901_000);
  gateway.failure = 'hanging';
  const asked = me();
  asked.catch(() => undefined);
  await vi.advanceTimersByTimeAsync(100);
  session.close();
  await expect(during(asked, 10)).rejects.toMatchObject({ code: 'NETWORK' });
  expect([vi.getTimerCount(), openChannels()]).toEqual([0, 0]);
});

/** A store of tokens in memory. */
function memoryStore() {
  let token: string | null = null;
  const set = async (next: string | null) => {
    token = next;
  };
  return { tokens: { get: async () => token, set } };
}

test.each([undefined, true, { lockTimeoutMs: 5000 }])(
  'sessions with stores of their own share nothing with tabs %s',
  async (tabs) => {
    fakeBrowser();
    const gateway = gatewayOf();
    const open = () => openTab(gateway, { delivery: memoryStore(), ...(tabs !== undefined && { tabs }) });
    const [ada, bob, late] = [open(), open(), open()];
    await during(ada.login(ADA));
    await during(bob.login(BOB));
    expect(await during(Promise.all([ada.me(), bob.me(), late.me()]))).toEqual(['user-1', 'user-2', undefined]);
    expect(openChannels()).toBe(0);
    await during(bob.session.signOut());
    expect(await during(ada.me())).toBe('user-1');
  },
);

test('sessions with one store share tokens if their tabs have a name', async () => {
  fakeBrowser();
  const gateway = gatewayOf();
  const options = { delivery: memoryStore(), tabs: { name: 'shared' } };
  const [first, second] = [openTab(gateway, options), openTab(gateway, options)];
  await during(first.login(ADA));
  expect(await during(second.me())).toBe('user-1');
  expect(gateway.requests).toEqual(['login', 'me']);
});

test('a session that is only created opens nothing', () => {
  fakeBrowser();
  openTab(gatewayOf());
  expect([vi.getTimerCount(), openChannels()]).toEqual([0, 0]);
});

test('a frame that may use neither locks, channels nor storage still has a session', async () => {
  fakeBrowser();
  const forbidden = () => {
    throw new DOMException('The origin is opaque.', 'SecurityError');
  };
  vi.stubGlobal('navigator', { locks: { request: async () => forbidden() } });
  vi.stubGlobal(
    'BroadcastChannel',
    class {
      constructor() {
        forbidden();
      }
    },
  );
  vi.stubGlobal('localStorage', { getItem: forbidden, setItem: forbidden, removeItem: forbidden });
  const tab = openTab(gatewayOf());
  expect(await during(tab.session.restore())).toMatchObject({ status: 'signedOut' });
  await during(tab.login(ADA));
  expect(await during(tab.session.renew())).toBe('renewed');
  expect(await during(tab.me())).toBe('user-1');
  expect(await during(tab.session.signOut())).toEqual({ told: true });
  expect(tab.events).not.toContainEqual({ type: 'lock-timeout' });
});

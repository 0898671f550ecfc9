import { describe, expect, test, vi } from 'vitest';
import { AuthTroubleError } from '../src/index.js';
import { fakeTokens } from '../src/testing/index.js';
import { fakeBrowser } from './support/browser.js';
import { during } from './support/during.js';
import { ADA, BOB, gatewayOf, openTab } from './support/tab.js';

const MINUTE = 60_000;

async function signedInTab(options: Parameters<typeof openTab>[1] = {}) {
  const gateway = gatewayOf();
  const tab = openTab(gateway, options);
  await during(tab.login(ADA));
  gateway.requests.length = 0;
  return { gateway, ...tab };
}

describe('restoring', () => {
  test('without a cookie it ends signed out, after one refresh, however often it is called', async () => {
    fakeBrowser();
    const gateway = gatewayOf();
    const { session } = openTab(gateway);
    expect(session.getState()).toEqual({ status: 'restoring' });
    const states = await during(Promise.all([session.restore(), session.restore()]));
    expect(states).toEqual(Array(2).fill({ status: 'signedOut', reason: 'no-session' }));
    expect(gateway.requests).toEqual(['refresh']);
  });

  test('with a cookie it ends signed in, and tells the other tabs', async () => {
    fakeBrowser();
    const gateway = gatewayOf();
    const first = openTab(gateway);
    await during(first.login(ADA));
    first.session.close();
    const [second, third] = [openTab(gateway), openTab(gateway)];
    gateway.requests.length = 0;
    await during(Promise.all([second.session.restore(), third.session.restore()]));
    expect([second, third].map(({ session }) => session.getState().status)).toEqual(['signedIn', 'signedIn']);
    expect(gateway.requests).toEqual(['refresh']);
    expect(second.events.concat(third.events).map(({ type }) => type)).toEqual(['signed-in', 'signed-in']);
  });

  test('another tab answers it without a request', async () => {
    fakeBrowser();
    const { gateway } = await signedInTab();
    const { session } = openTab(gateway);
    expect(await during(session.restore())).toMatchObject({ status: 'signedIn', claims: { sub: 'user-1' } });
    expect(gateway.requests).toEqual([]);
  });

  test.each(['offline', 'broken', 'hanging'] as const)(
    'while the gateway is %s it has trouble, and goes on by itself',
    async (failure) => {
      fakeBrowser();
      const { gateway, session: first } = await signedInTab();
      first.close();
      gateway.failure = failure;
      const { session } = openTab(gateway, { timeoutMs: 1000 });
      expect(await during(session.restore(), 15_000)).toMatchObject({
        status: 'restoring',
        trouble: { code: 'NETWORK' },
      });
      await expect(session.token()).rejects.toThrow(AuthTroubleError);
      gateway.failure = null;
      await vi.advanceTimersByTimeAsync(40_000);
      expect(session.getState().status).toBe('signedIn');
    },
  );

  test('goes on at once when the browser is online again', async () => {
    const browser = fakeBrowser();
    const { gateway, session: first } = await signedInTab();
    first.close();
    gateway.failure = 'offline';
    browser.goOffline();
    const { session } = openTab(gateway);
    await during(session.restore(), 100);
    expect(session.getState()).toMatchObject({ trouble: { code: 'NETWORK' } });
    gateway.failure = null;
    browser.goOnline();
    await vi.advanceTimersByTimeAsync(100);
    expect(session.getState().status).toBe('signedIn');
  });

  test('a limit is waited for as long as the gateway says, without a request before', async () => {
    fakeBrowser();
    const { gateway, session: first } = await signedInTab();
    first.close();
    gateway.limit(60);
    const { session } = openTab(gateway);
    const state = await during(session.restore(), 1000);
    expect(state).toMatchObject({ status: 'restoring', trouble: { code: 'RATE_LIMITED' } });
    await vi.advanceTimersByTimeAsync(50_000);
    expect(gateway.requests).toEqual(['refresh']);
    await vi.advanceTimersByTimeAsync(15_000);
    expect(session.getState().status).toBe('signedIn');
  });
});

describe('signed in', () => {
  test('ten operations with a token that is about to end need one refresh', async () => {
    fakeBrowser();
    const { gateway, me } = await signedInTab();
    vi.setSystemTime(Date.now() + 899_000);
    const ids = await during(Promise.all(Array.from({ length: 10 }, me)));
    expect(ids).toEqual(Array(10).fill('user-1'));
    expect(gateway.requests.filter((name) => name === 'refresh')).toHaveLength(1);
  });

  test('an idle tab sends nothing and has no timers', async () => {
    fakeBrowser();
    const { gateway } = await signedInTab();
    expect(vi.getTimerCount()).toBe(0);
    await vi.advanceTimersByTimeAsync(120 * MINUTE);
    expect(gateway.requests).toEqual([]);
  });

  test('a clock that is set back ten minutes costs one refused request and one refresh', async () => {
    fakeBrowser();
    const { gateway, me } = await signedInTab();
    gateway.expire();
    vi.setSystemTime(Date.now() - 10 * MINUTE);
    expect(await during(me())).toBe('user-1');
    expect(gateway.requests).toEqual(['me', 'refresh', 'me']);
  });

  test('a session that the gateway ended is signed out here and in the other tabs', async () => {
    fakeBrowser();
    const { gateway, session, me } = await signedInTab();
    const other = openTab(gateway);
    await during(other.session.restore());
    gateway.endSession();
    vi.setSystemTime(Date.now() + 899_000);
    await expect(during(me())).rejects.toMatchObject({ errors: [{ extensions: { code: 'UNAUTHENTICATED' } }] });
    expect(gateway.requests).toEqual(['refresh']);
    expect(session.getState()).toEqual({ status: 'signedOut', reason: 'ended' });
    expect(other.session.getState()).toEqual({ status: 'signedOut', reason: 'ended' });
  });

  test('trouble fails the operations that need a new token, and keeps the user signed in', async () => {
    const browser = fakeBrowser();
    const { gateway, session, me } = await signedInTab();
    vi.setSystemTime(Date.now() + 901_000);
    gateway.failure = 'offline';
    browser.goOffline();
    await expect(during(me(), 100)).rejects.toThrow(AuthTroubleError);
    expect(session.getState()).toMatchObject({ status: 'signedIn', trouble: { code: 'NETWORK' } });
    gateway.failure = null;
    browser.goOnline();
    expect(await during(me())).toBe('user-1');
    expect(session.getState()).not.toHaveProperty('trouble');
  });

  test('an interruption shorter than five seconds is not noticed', async () => {
    fakeBrowser();
    const { gateway, me } = await signedInTab();
    vi.setSystemTime(Date.now() + 901_000);
    gateway.failure = 'broken';
    const asked = me();
    await vi.advanceTimersByTimeAsync(1000);
    gateway.failure = null;
    expect(await during(asked)).toBe('user-1');
  });

  test('a limit fails operations as RATE_LIMITED, without a request before its time', async () => {
    fakeBrowser();
    const { gateway, me } = await signedInTab();
    vi.setSystemTime(Date.now() + 901_000);
    gateway.limit(30);
    await expect(during(me(), 500)).rejects.toMatchObject({ code: 'RATE_LIMITED' });
    await expect(during(me(), 500)).rejects.toMatchObject({ code: 'RATE_LIMITED' });
    expect(gateway.requests).toEqual(['refresh']);
    await vi.advanceTimersByTimeAsync(31_000);
    expect(await during(me())).toBe('user-1');
  });

  test('a refused token that is fresh by the clock here sends no refresh before the end of a limit', async () => {
    fakeBrowser();
    const { gateway, session, me } = await signedInTab();
    gateway.expire();
    gateway.limit(30);
    for (let count = 0; count < 3; count++) {
      await expect(during(me(), 500)).rejects.toMatchObject({ code: 'RATE_LIMITED' });
    }
    expect(await during(session.renew(), 500)).toBe('trouble');
    expect(gateway.requests).toEqual(['me', 'refresh', 'me', 'me']);
    await vi.advanceTimersByTimeAsync(31_000);
    expect(session.getState()).not.toHaveProperty('trouble'); // the session goes on by itself
    expect(await during(me())).toBe('user-1');
    expect(gateway.requests).toEqual(['me', 'refresh', 'me', 'me', 'refresh', 'me']);
  });

  test('a token that still works is used while there is trouble', async () => {
    fakeBrowser();
    const { gateway, me } = await signedInTab();
    vi.setSystemTime(Date.now() + 892_000);
    gateway.limit(30);
    expect(await during(me(), 500)).toBe('user-1');
  });
});

describe('another user', () => {
  test('is shown after the store was cleared', async () => {
    fakeBrowser();
    const gateway = gatewayOf();
    const [ada, bob] = [openTab(gateway), openTab(gateway)];
    await during(ada.login(ADA));
    await during(ada.me());
    const seen: unknown[] = [];
    ada.session.subscribe(() => seen.push([ada.session.getState(), Object.keys(ada.client.cache.extract() as object)]));
    await during(bob.login(BOB));
    expect(seen).toEqual([[expect.objectContaining({ claims: expect.objectContaining({ sub: 'user-2' }) }), []]]);
    expect(ada.events.at(-2)).toMatchObject({
      type: 'user-changed',
      before: { sub: 'user-1' },
      after: { sub: 'user-2' },
    });
    expect(await during(ada.me())).toBe('user-2');
  });

  test('who signed in earlier does not replace one who signed in later', async () => {
    fakeBrowser();
    const gateway = gatewayOf();
    const isolated = openTab(gateway, { tabs: false });
    await during(isolated.login(ADA));
    const bob = openTab(gateway);
    await during(bob.login(BOB));
    const late = openTab(gateway);
    await during(late.session.accept(fakeTokens({ sub: 'user-1', sid: 'session-0', auth_time: 1 })));
    expect(bob.session.getState()).toMatchObject({ claims: { sub: 'user-2' } });
  });
});

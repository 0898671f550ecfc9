import { ApolloClient, ApolloLink, InMemoryCache } from '@apollo/client';
import { of } from 'rxjs';
import { expect, test, vi } from 'vitest';
import { createAuthLink, possibleTypes } from '../src/index.js';
import { deviceTokenLink, keychain, mmkv, restoreOnActive, secureStore } from '../src/native/index.js';
import { LoginDocument } from '../src/operations/index.js';
import { fakeSession } from '../src/testing/index.js';
import { fakeBrowser } from './support/browser.js';
import { during } from './support/during.js';
import { ADA, gatewayOf, openTab } from './support/tab.js';

function stores() {
  const values = new Map<string, string>();
  const secure = {
    getItemAsync: async (key: string) => values.get(key) ?? null,
    setItemAsync: async (key: string, value: string) => void values.set(key, value),
    deleteItemAsync: async (key: string) => void values.delete(key),
  };
  const chain = {
    getGenericPassword: async ({ service }: { service: string }) => {
      const password = values.get(service);
      return password === undefined ? (false as const) : { password };
    },
    setGenericPassword: async (_user: string, password: string, { service }: { service: string }) =>
      void values.set(service, password),
    resetGenericPassword: async ({ service }: { service: string }) => values.delete(service),
  };
  const fast = {
    getString: (key: string) => values.get(key),
    set: (key: string, value: string) => void values.set(key, value),
    remove: (key: string) => values.delete(key),
  };
  const { remove, ...older } = fast;
  const all = {
    secureStore: secureStore(secure),
    keychain: keychain(chain),
    mmkv: mmkv(fast),
    'mmkv before version 4': mmkv({ ...older, delete: remove }),
  };
  return { values, all };
}

test.each(['secureStore', 'keychain', 'mmkv', 'mmkv before version 4'] as const)(
  '%s keeps a session over a restart',
  async (name) => {
    fakeBrowser({ hasLocks: false, hasChannels: false });
    const gateway = gatewayOf();
    const { values, all } = stores();
    const app = openTab(gateway, { delivery: { tokens: all[name] } });
    await during(app.login(ADA));
    expect([...values.keys()].filter((key) => /[^\w.-]/.test(key))).toEqual([]);
    app.session.close();
    gateway.requests.length = 0;
    const restarted = openTab(gateway, { delivery: { tokens: all[name] } });
    const restoring = restarted.session.restore();
    gateway.latencyMs = 100;
    await vi.advanceTimersByTimeAsync(50);
    expect(restarted.session.getState()).toMatchObject({ status: 'restoring', claims: { sub: 'user-1' } });
    expect(await during(restoring)).toMatchObject({ status: 'signedIn', claims: { sub: 'user-1' } });
    expect(gateway.requests).toEqual(['refresh']);
    await during(restarted.session.signOut());
    expect(values.size).toBe(0);
  },
);

test('a sign-out without network is made up for after a restart', async () => {
  fakeBrowser({ hasLocks: false, hasChannels: false });
  const gateway = gatewayOf();
  const { values, all } = stores();
  const app = openTab(gateway, { delivery: { tokens: all.secureStore } });
  await during(app.login(ADA));
  gateway.failure = 'offline';
  expect(await during(app.session.signOut())).toEqual({ told: false });
  app.session.close();
  gateway.failure = null;
  gateway.requests.length = 0;
  const restarted = openTab(gateway, { delivery: { tokens: all.secureStore } });
  expect(await during(restarted.session.restore())).toEqual({ status: 'signedOut', reason: 'no-session' });
  expect(gateway.requests).toEqual(['refresh', 'logout']);
  expect(values.size).toBe(0);
});

test('a store that hangs or fails is trouble and signs nobody out', async () => {
  fakeBrowser({ hasLocks: false, hasChannels: false });
  const get = vi.fn<() => Promise<string | null>>(() => new Promise(() => {}));
  const { session } = openTab(gatewayOf(), { delivery: { tokens: { get, set: async () => {} } } });
  expect(await during(session.restore(), 20_000)).toMatchObject({ status: 'restoring', trouble: {} });
  get.mockRejectedValueOnce(new Error('locked')).mockResolvedValue(null);
  await vi.advanceTimersByTimeAsync(60_000);
  expect(session.getState()).toEqual({ status: 'signedOut', reason: 'no-session' });
});

test('a store that cannot be written keeps the session in memory', async () => {
  fakeBrowser({ hasLocks: false, hasChannels: false });
  const gateway = gatewayOf();
  const set = async () => {
    throw new Error('full');
  };
  const app = openTab(gateway, { delivery: { tokens: { get: async () => null, set } } });
  await during(app.login(ADA));
  for (let count = 0; count < 3; count++) expect(await during(app.session.renew())).toBe('renewed');
});

test('the token of the device is asked for once, kept, and shown at the next sign-in', async () => {
  const { all, values } = stores();
  const inputs: unknown[] = [];
  const login = {
    __typename: 'LoginSuccess',
    deviceToken: 'device-1',
    tokens: null,
    user: null,
    session: null,
    firstLogin: true,
  };
  const end = new ApolloLink(({ variables }) => {
    inputs.push(variables.input);
    return of({ data: { login } });
  });
  const link = ApolloLink.from([deviceTokenLink(all.mmkv.device), createAuthLink(fakeSession()), end]);
  const client = new ApolloClient({ link, cache: new InMemoryCache({ possibleTypes }) });
  const variables = { input: { identifier: 'ada', password: 'p' } };
  const signIn = () => client.mutate({ mutation: LoginDocument, variables, fetchPolicy: 'no-cache' });
  await signIn();
  await signIn();
  expect(inputs).toEqual([
    { ...variables.input, rememberDevice: true },
    { ...variables.input, deviceToken: 'device-1' },
  ]);
  expect([...values]).toEqual([['gatehouse.device', 'device-1']]);
});

test('an app that returns to the foreground ends its trouble', async () => {
  fakeBrowser({ hasLocks: false, hasChannels: false });
  const gateway = gatewayOf();
  const { session } = openTab(gateway, { delivery: { tokens: stores().all.mmkv } });
  const listeners: ((state: string) => void)[] = [];
  const appState = {
    addEventListener: (_type: 'change', listener: (state: string) => void) => {
      listeners.push(listener);
      return { remove: () => void listeners.pop() };
    },
  };
  const stop = restoreOnActive(session, appState);
  listeners[0]?.('background');
  expect(session.getState()).toEqual({ status: 'restoring' });
  listeners[0]?.('active');
  await vi.advanceTimersByTimeAsync(100);
  expect(session.getState()).toEqual({ status: 'signedOut', reason: 'no-session' });
  stop();
  expect(listeners).toEqual([]);
});

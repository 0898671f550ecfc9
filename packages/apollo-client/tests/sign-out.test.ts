import { gql } from '@apollo/client';
import { expect, test, vi } from 'vitest';
import { fakeBrowser } from './support/browser.js';
import { during } from './support/during.js';
import { ADA, BOB, gatewayOf, LOGIN, openTab } from './support/tab.js';

async function signedInTab(options: Parameters<typeof openTab>[1] = {}) {
  const gateway = gatewayOf();
  const tab = openTab(gateway, options);
  await during(tab.login(ADA));
  gateway.requests.length = 0;
  return { gateway, ...tab };
}

test('a sign-out is shown at once, empties the store, and reaches the other tabs', async () => {
  fakeBrowser();
  const { gateway, session, client, me } = await signedInTab();
  const other = openTab(gateway);
  await during(other.session.restore());
  await during(me());
  const told = session.signOut();
  expect(session.getState()).toEqual({ status: 'signedOut', reason: 'logout' });
  expect(await during(told)).toEqual({ told: true });
  expect(client.cache.extract()).toEqual({});
  expect(other.session.getState()).toEqual({ status: 'signedOut', reason: 'logout-elsewhere' });
  expect(gateway.requests).toEqual(['me', 'logout']);
});

test('a sign-out without network is made up for before anything else after a reload', async () => {
  const browser = fakeBrowser();
  const { gateway, session } = await signedInTab();
  gateway.failure = 'offline';
  expect(await during(session.signOut())).toEqual({ told: false });
  expect([...browser.storage.values()]).toEqual(['1']);
  session.close();
  gateway.failure = null;
  const reloaded = openTab(gateway);
  expect(await during(reloaded.session.restore())).toEqual({ status: 'signedOut', reason: 'no-session' });
  expect(gateway.requests).toEqual(['logout']);
  expect(browser.storage.size).toBe(0);
});

test('after a reload without network the user stays signed out, until the gateway was told', async () => {
  const browser = fakeBrowser();
  const { gateway, session } = await signedInTab();
  gateway.failure = 'offline';
  await during(session.signOut());
  session.close();
  const reloaded = openTab(gateway);
  expect(await during(reloaded.session.restore())).toMatchObject({ status: 'signedOut' });
  gateway.failure = null;
  browser.goOnline();
  await vi.advanceTimersByTimeAsync(100);
  expect(gateway.requests).toEqual(['logout']);
  expect(await during(reloaded.session.renew())).toBe('signed-out');
});

test('five tabs that come online make up for it with one request', async () => {
  const browser = fakeBrowser();
  const { gateway, session } = await signedInTab();
  const others = Array.from({ length: 4 }, () => openTab(gateway));
  await during(Promise.all(others.map((tab) => tab.session.restore())));
  gateway.failure = 'offline';
  await during(session.signOut());
  gateway.failure = null;
  gateway.latencyMs = 100;
  browser.goOnline();
  await vi.advanceTimersByTimeAsync(5_000);
  expect(gateway.requests).toEqual(['logout']);
});

test('a sign-in forgives an owed sign-out', async () => {
  const browser = fakeBrowser();
  const { gateway, session, login, me } = await signedInTab();
  gateway.failure = 'offline';
  await during(session.signOut());
  gateway.failure = null;
  await during(login(BOB));
  expect(browser.storage.size).toBe(0);
  expect(await during(me())).toBe('user-2');
});

test('a sign-in in another tab forgives it in this one', async () => {
  fakeBrowser();
  const { gateway, session } = await signedInTab();
  const other = openTab(gateway);
  await during(other.session.restore());
  gateway.failure = 'offline';
  await during(session.signOut());
  gateway.failure = null;
  await during(other.login(BOB));
  vi.setSystemTime(Date.now() + 901_000);
  expect(await during(session.token())).not.toBeNull();
  expect(gateway.requests).toEqual(['login', 'refresh']);
});

test('a sign-out during a renewal ends the session that the renewal continued', async () => {
  fakeBrowser();
  const { gateway, session } = await signedInTab();
  gateway.latencyMs = 500;
  const renewed = session.renew();
  await vi.advanceTimersByTimeAsync(100);
  const told = session.signOut();
  expect(await during(renewed)).toBe('signed-out');
  expect(await told).toEqual({ told: true });
  expect(session.getState()).toEqual({ status: 'signedOut', reason: 'logout' });
  const later = openTab(gateway);
  expect(await during(later.session.restore())).toMatchObject({ status: 'signedOut' });
});

const CHANGE_PASSWORD = gql`mutation Change($input: Input!) { changePassword(input: $input) { __typename } }`;
const REAUTHENTICATE = gql`mutation Again($input: Input!) { reauthenticate(input: $input) { __typename } }`;
const inFlight = [
  ['changePassword', CHANGE_PASSWORD, { currentPassword: ADA.password, newPassword: 'New-Horse-9' }],
  ['reauthenticate', REAUTHENTICATE, { password: ADA.password }],
  ['login', LOGIN, { identifier: BOB.email, password: BOB.password }],
] as const;

test.each(inFlight)(
  'a sign-out while %s is in flight ends the session that it starts',
  async (name, mutation, input) => {
    const browser = fakeBrowser();
    const { gateway, session, client } = await signedInTab();
    gateway.latencyMs = 500;
    const answered = client.mutate({ mutation, variables: { input } });
    await vi.advanceTimersByTimeAsync(100);
    expect(await during(Promise.all([session.signOut(), answered]))).toMatchObject([{ told: true }, {}]);
    expect(session.getState()).toEqual({ status: 'signedOut', reason: 'logout' });
    expect(gateway.requests).toEqual([name, 'logout']);
    expect(browser.storage.size).toBe(0);
    expect(await during(openTab(gateway).session.restore())).toMatchObject({ status: 'signedOut' });
  },
);

test.each([true, false])(
  'so it does if another tab sends it, with messages between the tabs: %s',
  async (hasMessages) => {
    const browser = fakeBrowser();
    const { gateway, session } = await signedInTab();
    const other = openTab(gateway);
    await during(other.session.restore());
    gateway.latencyMs = 500;
    browser.loseMessages(!hasMessages);
    const [, mutation, input] = inFlight[0];
    const answered = other.client.mutate({ mutation, variables: { input } });
    await vi.advanceTimersByTimeAsync(100);
    expect(await during(Promise.all([session.signOut(), answered]))).toMatchObject([{ told: true }, {}]);
    expect([session, other.session].map((tab) => tab.getState())).toEqual([
      { status: 'signedOut', reason: 'logout' },
      { status: 'signedOut', reason: 'logout-elsewhere' },
    ]);
    expect(await during(openTab(gateway).session.restore())).toMatchObject({ status: 'signedOut' });
  },
);

test('so it does if the tokens are in a store, and if the gateway hears of it only after a restart', async () => {
  const kept: Record<string, string | null> = {};
  const tokens = {
    get: async () => kept.token ?? null,
    set: async (token: string | null) => void Object.assign(kept, { token }),
    getNote: async () => kept.note ?? null,
    setNote: async (note: string | null) => void Object.assign(kept, { note }),
  };
  fakeBrowser();
  const { gateway, session, client } = await signedInTab({ delivery: { tokens } });
  gateway.latencyMs = 500;
  const [, mutation, input] = inFlight[0];
  const answered = client.mutate({ mutation, variables: { input } });
  await vi.advanceTimersByTimeAsync(100);
  const told = session.signOut();
  gateway.failure = 'offline';
  await during(Promise.all([told, answered]));
  expect([await told, kept]).toEqual([{ told: false }, { token: 'session-2.0', note: '{"owed":true}' }]);
  session.close();
  gateway.failure = null;
  await during(openTab(gateway, { delivery: { tokens } }).session.restore());
  expect(kept).toEqual({ token: null, note: null });
  expect(gateway.requests).toEqual(['changePassword', 'refresh', 'logout']);
});

test('a sign-in after a sign-out is not undone by it, here and in another tab', async () => {
  fakeBrowser({ hasLocks: false });
  const { gateway, session, login, me } = await signedInTab();
  const other = openTab(gateway);
  await during(other.session.restore());
  gateway.latencyMs = 500;
  const renewed = session.renew();
  await vi.advanceTimersByTimeAsync(100);
  gateway.latencyMs = 0;
  const told = session.signOut(); // waits for the renewal
  await vi.advanceTimersByTimeAsync(10);
  await during(other.login(BOB), 100);
  await during(Promise.all([told, renewed]));
  expect(await during(other.me())).toBe('user-2');
  expect(gateway.requests).not.toContain('logout');
  void session.signOut();
  await during(login(ADA));
  expect(await during(me())).toBe('user-1');
});

test('a token of the ended session that another tab still tells is ignored', async () => {
  fakeBrowser();
  const { gateway, session } = await signedInTab();
  const other = openTab(gateway);
  await during(other.session.restore());
  gateway.latencyMs = 500;
  const renewed = other.session.renew();
  await vi.advanceTimersByTimeAsync(100);
  await during(Promise.all([session.signOut(), renewed]));
  expect([session, other.session].map((tab) => tab.getState().status)).toEqual(['signedOut', 'signedOut']);
});

test('everywhere also ends the other sessions, with a token that is renewed for it', async () => {
  fakeBrowser();
  const { gateway, session } = await signedInTab();
  const phone = openTab(gateway, { tabs: { name: 'phone' } });
  await during(phone.session.restore());
  vi.setSystemTime(Date.now() + 901_000);
  gateway.requests.length = 0;
  expect(await during(session.signOut({ everywhere: true }))).toEqual({ told: true });
  expect(gateway.requests).toEqual(['refresh', 'revokeOtherSessions logout']);
});

test('the logout and the deletion of an app are taken up', async () => {
  fakeBrowser();
  const { session, client, login } = await signedInTab();
  await during(client.mutate({ mutation: gql`mutation { logout { __typename } }` }));
  expect(session.getState()).toEqual({ status: 'signedOut', reason: 'logout' });
  await during(login(ADA));
  const mutation = gql`mutation Delete($input: DeleteAccountInput!) { deleteAccount(input: $input) { __typename } }`;
  await during(client.mutate({ mutation, variables: { input: { password: ADA.password } } }));
  expect(session.getState()).toEqual({ status: 'signedOut', reason: 'deleted' });
});

test('a mutation that is answered after its user left does not fill the store of the next one', async () => {
  fakeBrowser();
  let answer: (value: unknown) => void = () => {};
  const gateway = gatewayOf({ fields: { slow: () => new Promise((resolve) => (answer = resolve)) } });
  const tab = openTab(gateway);
  await during(tab.login(ADA));
  const slow = tab.client.mutate({ mutation: gql`mutation { slow { id email } }` });
  slow.catch(() => undefined);
  await vi.advanceTimersByTimeAsync(10);
  await during(tab.login(BOB));
  answer({ __typename: 'User', id: 'user-1', email: ADA.email });
  await expect(during(slow)).rejects.toMatchObject({ errors: [{ extensions: { code: 'UNAUTHENTICATED' } }] });
  expect(JSON.stringify(tab.client.cache.extract())).not.toContain(ADA.email);
});

test.each(['waits for a renewal', 'was refused'])('a mutation that %s is not sent as the next user', async (how) => {
  fakeBrowser();
  const names: unknown[] = [];
  const gateway = gatewayOf({
    fields: {
      rename: (_args, account) => {
        names.push(account?.email);
        return { __typename: 'Renamed' };
      },
    },
  });
  const tab = openTab(gateway);
  await during(tab.login(ADA));
  const other = openTab(gateway, { tabs: false });
  await during(other.login(BOB));
  if (how === 'was refused') gateway.expire();
  else vi.setSystemTime(Date.now() + 901_000);
  const renamed = tab.client.mutate({ mutation: gql`mutation { rename { __typename } }` });
  await expect(during(renamed)).rejects.toMatchObject({ errors: [{ extensions: { code: 'UNAUTHENTICATED' } }] });
  expect(tab.session.getState()).toMatchObject({ claims: { sub: 'user-2' } });
  expect(names).toEqual([]);
});

test('a tab that missed a sign-out without network says where it happened', async () => {
  const browser = fakeBrowser();
  const { gateway, session } = await signedInTab();
  const other = openTab(gateway);
  await during(other.session.restore());
  gateway.failure = 'offline';
  browser.loseMessages(true);
  await during(session.signOut());
  gateway.failure = null;
  expect(await during(other.session.renew())).toBe('signed-out');
  expect(other.session.getState()).toEqual({ status: 'signedOut', reason: 'logout-elsewhere' });
});

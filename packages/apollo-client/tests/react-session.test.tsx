// @vitest-environment happy-dom
import { act, StrictMode, useState } from 'react';
import { expect, test, vi } from 'vitest';
import {
  AuthProvider,
  RequireAuth,
  Restoring,
  SignedIn,
  SignedOut,
  useRequireAuth,
  useSession,
} from '../src/react/index.js';
import { fakeClaims, fakeSession } from '../src/testing/index.js';
import { fakeBrowser, openChannels } from './support/browser.js';
import { during } from './support/during.js';
import { render } from './support/render.js';
import { ADA, gatewayOf, openTab } from './support/tab.js';

const signedIn = (claims = {}) => ({ status: 'signedIn', claims: fakeClaims(claims) }) as const;

test('the parts of a page follow the state', async () => {
  const session = fakeSession({ status: 'restoring' });
  const page = await render(
    <AuthProvider session={session}>
      <Restoring>restoring</Restoring>
      <SignedIn>in</SignedIn>
      <SignedOut>out</SignedOut>
    </AuthProvider>,
  );
  expect(page.text()).toBe('restoring');
  await act(async () => session.become(signedIn()));
  expect(page.text()).toBe('in');
  await act(async () => session.become({ status: 'signedOut', reason: 'ended' }));
  expect(page.text()).toBe('out');
});

test('RequireAuth shows what fits, and mounts its children anew for another user', async () => {
  const session = fakeSession({ status: 'restoring' });
  function Page() {
    const [owner] = useState(() => (session.getState() as ReturnType<typeof signedIn>).claims.sub);
    return <>{`page of ${owner}`}</>;
  }
  const page = await render(
    <AuthProvider session={session}>
      {/* biome-ignore lint/a11y/useValidAriaRole: the role of a user */}
      <RequireAuth role="user" restoring="wait" signedOut="sign in" forbidden="no">
        <Page />
      </RequireAuth>
    </AuthProvider>,
  );
  expect(page.text()).toBe('wait');
  await act(async () => session.become({ status: 'signedOut', reason: 'no-session' }));
  expect(page.text()).toBe('sign in');
  await act(async () => session.become(signedIn({ role: 'admin' })));
  expect(page.text()).toBe('no');
  await act(async () => session.become(signedIn({ sub: 'ada' })));
  expect(page.text()).toBe('page of ada');
  await act(async () => session.become(signedIn({ sub: 'bob' })));
  expect(page.text()).toBe('page of bob');
});

test('useRequireAuth returns the claims, and calls back once with the page of a signed-out visitor', async () => {
  const session = fakeSession({ claims: { sub: 'ada' } });
  const onSignedOut = vi.fn();
  function Page({ secondFactor = false }) {
    const claims = useRequireAuth({ secondFactor, onSignedOut: (returnTo) => onSignedOut(returnTo) });
    return <>{claims?.sub ?? 'nobody'}</>;
  }
  const tree = (secondFactor = false) => (
    <AuthProvider session={session}>
      <Page secondFactor={secondFactor} />
    </AuthProvider>
  );
  const page = await render(tree());
  expect(page.text()).toBe('ada');
  await page.render(tree(true));
  expect(page.text()).toBe('nobody');
  await act(async () => session.become({ status: 'signedOut', reason: 'logout' }));
  await page.render(tree());
  expect(onSignedOut).toHaveBeenCalledExactlyOnceWith(location.pathname + location.search + location.hash);
});

test('useSession outside of a provider says what is missing', async () => {
  const Page = () => <>{useSession().status}</>;
  vi.spyOn(console, 'error').mockImplementation(() => undefined);
  await expect(render(<Page />)).rejects.toThrow('<AuthProvider session={…}>');
});

test('StrictMode restores with one refresh', async () => {
  fakeBrowser();
  const gateway = gatewayOf();
  const { session, client } = openTab(gateway);
  const tree = (
    <StrictMode>
      <AuthProvider session={session} client={client}>
        <SignedOut>out</SignedOut>
      </AuthProvider>
    </StrictMode>
  );
  const page = await render(tree);
  await act(() => during(session.restore()));
  expect(page.text()).toBe('out');
  expect(gateway.requests).toEqual(['refresh']);
});

test('fifty mounts leave one channel and no timer', async () => {
  fakeBrowser();
  const { session, client, login } = openTab(gatewayOf());
  await during(login(ADA));
  for (let count = 0; count < 50; count++) {
    const page = await render(
      <AuthProvider session={session} client={client}>
        <RequireAuth signedOut="out">in</RequireAuth>
      </AuthProvider>,
    );
    expect(page.text()).toBe('in');
    await page.unmount();
  }
  expect([openChannels(), vi.getTimerCount()]).toEqual([1, 0]);
});

test('another user is not shown before the store of the last one is empty', async () => {
  fakeBrowser();
  const gateway = gatewayOf();
  const [tab, other] = [openTab(gateway), openTab(gateway)];
  await during(tab.login(ADA));
  await during(tab.me());
  const sizes: unknown[] = [];
  function Page() {
    const state = useSession();
    if (state.status === 'signedIn')
      sizes.push([state.claims.sub, Object.keys(tab.client.cache.extract() as object).length]);
    return null;
  }
  await render(
    <AuthProvider session={tab.session} client={tab.client}>
      <Page />
    </AuthProvider>,
  );
  const { email, password } = { email: 'bob@example.com', password: 'Correct-Horse-8' };
  await act(() => during(other.login({ email, password })));
  expect(sizes.at(0)).toEqual(['user-1', expect.any(Number)]);
  expect(sizes.at(-1)).toEqual(['user-2', 0]);
});

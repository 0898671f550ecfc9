import type { Page } from 'playwright-core';
import { describe, expect, it } from 'vitest';
import { quickUser } from '../support/accounts.js';
import { browserMissing } from './browser.js';
import {
  allAnswered,
  app,
  ask,
  browser,
  gateway,
  inDevelopment,
  nearlyOver,
  open,
  REFRESH,
  run,
  signedInTabs,
  signIn,
  startReactApps,
  stateOf,
  user,
} from './react-apps.js';

startReactApps();

describe.skipIf(browserMissing !== undefined)('signing in and out', () => {
  it.each(['development', 'production'])(
    'd: StrictMode sends one refresh in a build for %s',
    async (mode) => {
      const [page] = (await signedInTabs(1)) as [Page];
      await page.close();
      const server = mode === 'production' ? app : inDevelopment;
      server.reset();
      const again = await browser.context.newPage();
      // The cookie belongs to the host, whatever the port.
      await again.goto(server.origin);
      await again.getByText(`signed in as ${user.email}`).waitFor();
      expect(server.count(REFRESH)).toBe(1);
    },
    60_000,
  );

  it('e1: a logout in another tab shows the login page and leaves nothing in the cache', async () => {
    const [first, second] = (await signedInTabs(2)) as [Page, Page];
    await run(first, 'proof.session.signOut()');
    await second.getByText('login page').waitFor();
    expect(await stateOf(second)).toEqual({ status: 'signedOut', reason: 'logout-elsewhere' });
    await expect.poll(() => run<string[]>(second, 'proof.cached()')).toEqual([]);
  }, 60_000);

  it('e3: a late refusal does not wipe the cookie of a new sign-in', async () => {
    const [page] = (await signedInTabs(1, '/?tabs=off')) as [Page];
    const token = await run<string>(page, 'proof.session.token()');
    await gateway.send('mutation { logout { __typename } }', {}, { token });
    await nearlyOver();
    let release: () => void = () => undefined;
    const hold = new Promise<void>((resolve) => {
      release = resolve;
    });
    app.fate = (operation) => (operation === REFRESH ? { hold } : undefined);
    const refused = ask(page);
    await expect.poll(() => app.count(REFRESH)).toBe(1);
    app.reset();
    const other = await open('/?tabs=off');
    await signIn(other);
    release();
    expect(await refused).not.toEqual(allAnswered());
    await other.reload();
    await other.getByText(`signed in as ${user.email}`).waitFor();
  }, 60_000);

  it('e4: a logout that was pressed offline is made up for first', async () => {
    const [page] = (await signedInTabs(1)) as [Page];
    const before = await run<string>(page, 'proof.session.token()');
    await browser.context.setOffline(true);
    expect(await run(page, 'proof.session.signOut()')).toEqual({ told: false });
    await page.getByText('login page').waitFor();
    await page.close();
    await browser.context.setOffline(false);
    app.reset();
    const again = await open();
    await again.getByText('login page').waitFor();
    expect(app.count(REFRESH)).toBe(0);
    const { data, errors } = await gateway.send('{ me { id } }', {}, { token: before });
    expect([data?.me ?? null, errors[0]?.extensions.code]).toEqual([null, 'UNAUTHENTICATED']);
  }, 60_000);

  it('e5: another user who signs in in another tab is shown in both, and only this one is cached', async () => {
    const [first, second] = (await signedInTabs(2)) as [Page, Page];
    const other = await quickUser(gateway);
    await signIn(first, other);
    await second.getByText(`signed in as ${other.email}`).waitFor();
    expect(await ask(second)).toEqual([other.email]);
    await expect.poll(() => run<string[]>(second, 'proof.cached()')).toEqual([`User:${other.id}`]);
  }, 60_000);
});

describe.skipIf(browserMissing !== undefined)('a token that the gateway refuses', () => {
  const SELECTIONS = {
    'its code selected':
      'mutation Change { updateProfile(input: { displayName: "Ada" }) { __typename ... on AuthProblem { code } } }',
    'its code not selected': 'mutation Change { updateProfile(input: { displayName: "Ada" }) { __typename } }',
    'its code under an alias':
      'mutation Change { updateProfile(input: { displayName: "Ada" }) { __typename ... on AuthProblem { why: code } } }',
    'an alias of the field': 'mutation Change { change: updateProfile(input: { displayName: "Ada" }) { __typename } }',
  };

  /** Lets the gateway receive an unusable token once for each operation of this name. */
  function refuseOnce(name: string): void {
    let left = 1;
    app.fate = (operation) =>
      operation === name && left-- > 0 ? { headers: { authorization: 'Bearer of.nothing.valid' } } : undefined;
  }

  it.each(Object.entries(SELECTIONS))(
    'g: a mutation with %s is repeated once after one refresh',
    async (_name, document) => {
      const [page] = (await signedInTabs(1)) as [Page];
      refuseOnce('Change');
      const data = await run<Record<string, unknown>>(page, `proof.mutate(${JSON.stringify(document)}, {})`);
      expect(JSON.stringify(data)).not.toContain('Problem');
      expect([app.count(REFRESH), app.count('Change')]).toEqual([1, 2]);
    },
    60_000,
  );

  it('g: a mutation of which one half succeeded is not repeated', async () => {
    const [page] = (await signedInTabs(1)) as [Page];
    refuseOnce('Change');
    const document = `mutation Change {
      updateProfile(input: { displayName: "Ada" }) { __typename }
      requestPasswordReset(input: { email: "${user.email}" }) { __typename }
    }`;
    expect(await run(page, `proof.mutate(${JSON.stringify(document)}, {})`)).toMatchObject({
      updateProfile: { __typename: 'AuthAccessProblem' },
      requestPasswordReset: { __typename: 'MailAccepted' },
    });
    expect(app.count('Change')).toBe(1);
    expect(await ask(page)).toEqual(allAnswered());
  }, 60_000);

  it('g: a query error is repeated once after one refresh', async () => {
    const [page] = (await signedInTabs(1)) as [Page];
    refuseOnce('Me');
    expect(await ask(page)).toEqual(allAnswered());
    expect([app.count(REFRESH), app.count('Me')]).toEqual([1, 2]);
  }, 60_000);

  it('g: a token that is nearly over is renewed before the operation is sent', async () => {
    const [page] = (await signedInTabs(1)) as [Page];
    await nearlyOver();
    app.reset();
    expect(await ask(page)).toEqual(allAnswered());
    expect(app.sent).toEqual([REFRESH, 'Me']);
  }, 60_000);

  it('h: an operation that is limited does not sign out', async () => {
    const [page] = (await signedInTabs(1)) as [Page];
    const body = JSON.stringify({
      errors: [{ message: 'Too many.', extensions: { code: 'RATE_LIMITED', retryAfterSeconds: 1 } }],
    });
    app.fate = (operation) =>
      operation === 'Me' ? { instead: { status: 429, body, headers: { 'retry-after': '1' } } } : undefined;
    expect(await ask(page)).not.toEqual(allAnswered());
    expect(await stateOf(page)).toMatchObject({ status: 'signedIn' });
    app.reset();
    expect(await ask(page)).toEqual(allAnswered());
  }, 60_000);
});

import { setTimeout as sleep } from 'node:timers/promises';
import type { Page } from 'playwright-core';
import { describe, expect, it } from 'vitest';
import { browserMissing } from './browser.js';
import {
  allAnswered,
  app,
  ask,
  browser,
  GRACE_SECONDS,
  mailsAbout,
  nearlyOver,
  open,
  REFRESH,
  signedInTabs,
  startReactApps,
  stateOf,
  TOKEN_SECONDS,
  user,
} from './react-apps.js';

startReactApps();

describe.skipIf(browserMissing !== undefined)('a gateway that cannot be reached', () => {
  it('c1: offline is a typed error, and then all is well', async () => {
    const [page] = (await signedInTabs(1)) as [Page];
    await nearlyOver();
    await browser.context.setOffline(true);
    expect(await ask(page, 2)).toEqual(['NETWORK', 'NETWORK']);
    expect(await stateOf(page)).toMatchObject({ status: 'signedIn' });
    await browser.context.setOffline(false);
    await expect.poll(() => ask(page)).toEqual(allAnswered());
  }, 60_000);

  it('c2: a cut connection is a typed error, and then all is well', async () => {
    const [page] = (await signedInTabs(1)) as [Page];
    await nearlyOver();
    app.fate = () => ({ cut: true });
    expect(await ask(page, 2)).toEqual(['NETWORK', 'NETWORK']);
    app.reset();
    await expect.poll(() => ask(page)).toEqual(allAnswered());
  }, 60_000);

  it('c3: a refresh whose answer was lost is repeated within the grace', async () => {
    const [page] = (await signedInTabs(1)) as [Page];
    await nearlyOver();
    let lost = 0;
    app.fate = (operation) => (operation === REFRESH && lost++ === 0 ? { lost: true } : undefined);
    expect(await ask(page, 3)).toEqual(allAnswered(3));
  }, 60_000);

  it('c4: a refresh whose answer was lost is repeated long after the grace', async () => {
    const [page] = (await signedInTabs(1)) as [Page];
    await nearlyOver();
    app.fate = (operation) => (operation === REFRESH ? { lost: true } : undefined);
    await ask(page);
    await page.close();
    await sleep((GRACE_SECONDS + 2) * 1000);
    app.reset();
    const again = await open();
    await again.getByText(`signed in as ${user.email}`).waitFor();
    expect(await mailsAbout('session-reuse')).toBe(0);
  }, 60_000);

  const TROUBLE = {
    'a broken proxy': { status: 502, body: '<html>Bad gateway</html>', headers: { 'content-type': 'text/html' } },
    'an unavailable gateway': {
      status: 200,
      body: JSON.stringify({
        data: {
          refresh: {
            __typename: 'AuthUnavailableProblem',
            code: 'TEMPORARILY_UNAVAILABLE',
            message: 'Try again.',
            retryAfterSeconds: 1,
          },
        },
      }),
    },
    'a limit': {
      status: 200,
      body: JSON.stringify({
        data: {
          refresh: {
            __typename: 'AuthRateLimitProblem',
            code: 'RATE_LIMITED',
            message: 'Slow down.',
            retryAfterSeconds: 2,
          },
        },
      }),
    },
  };

  it.each(Object.entries(TROUBLE))(
    'c5, h: a page that loads during %s waits, and then shows itself',
    async (_name, instead) => {
      const [page] = (await signedInTabs(1)) as [Page];
      await page.close();
      app.fate = (operation) => (operation === REFRESH ? { instead } : undefined);
      const again = await open();
      await sleep(1_000);
      expect(await stateOf(again)).toMatchObject({ status: 'restoring' });
      app.reset();
      await again.getByText(`signed in as ${user.email}`).waitFor();
      expect(app.count(REFRESH)).toBe(1);
    },
    60_000,
  );

  it.each(['a broken proxy', 'an unavailable gateway'] as const)(
    'c6: three queries survive %s',
    async (name) => {
      const [page] = (await signedInTabs(1)) as [Page];
      await nearlyOver();
      let failures = 0;
      app.fate = (operation) => (operation === REFRESH && failures++ === 0 ? { instead: TROUBLE[name] } : undefined);
      expect(await ask(page, 3)).toEqual(allAnswered(3));
    },
    60_000,
  );

  it('c6: three queries during a limit fail typed, send nothing before its end, and succeed after it', async () => {
    const [page] = (await signedInTabs(1)) as [Page];
    await nearlyOver();
    await sleep(TOKEN_SECONDS * 1000);
    app.fate = (operation) => (operation === REFRESH ? { instead: TROUBLE['a limit'] } : undefined);
    expect(await ask(page, 3)).toEqual(Array(3).fill('RATE_LIMITED'));
    app.reset();
    expect(await ask(page, 3)).toEqual(Array(3).fill('RATE_LIMITED'));
    expect(app.sent).toEqual([]);
    await expect.poll(() => ask(page, 3), { timeout: 10_000, interval: 300 }).toEqual(allAnswered(3));
  }, 60_000);
});

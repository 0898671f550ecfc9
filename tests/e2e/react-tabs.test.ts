import { setTimeout as sleep } from 'node:timers/promises';
import type { Page } from 'playwright-core';
import { describe, expect, it } from 'vitest';
import { PASSWORD } from '../support/journey.js';
import { browserMissing } from './browser.js';
import {
  allAnswered,
  app,
  ask,
  browser,
  documents,
  mailsAbout,
  nearlyOver,
  REFRESH,
  run,
  signedInTabs,
  startReactApps,
} from './react-apps.js';

startReactApps();

describe.skipIf(browserMissing !== undefined)('many tabs', () => {
  it('a: five tabs with ten queries each and a token that is over need one refresh, in ten of ten rounds', async () => {
    const tabs = await signedInTabs(5);
    for (let round = 0; round < 10; round += 1) {
      await nearlyOver();
      app.reset();
      const answers = await Promise.all(tabs.map((tab) => ask(tab, 10)));
      expect(answers.flat()).toEqual(allAnswered(50));
      expect([app.count(REFRESH), app.count('Me')]).toEqual([1, 50]);
    }
  }, 180_000);

  it('twenty tabs need one refresh', async () => {
    const tabs = await signedInTabs(20);
    await nearlyOver();
    app.reset();
    const answers = await Promise.all(tabs.map((tab) => ask(tab, 2)));
    expect(answers.flat()).toEqual(allAnswered(40));
    expect([app.count(REFRESH), app.count('Me')]).toEqual([1, 40]);
  }, 120_000);

  it('a2: two tabs that ask during a slow refresh wait for it', async () => {
    const tabs = await signedInTabs(3);
    await nearlyOver();
    app.fate = (operation) => (operation === REFRESH ? { hold: sleep(1_500) } : undefined);
    const [first, ...others] = tabs.map((tab) => ask(tab));
    expect(await Promise.all([first, ...others])).toEqual([allAnswered(), allAnswered(), allAnswered()]);
    expect(app.count(REFRESH)).toBe(1);
    expect(await mailsAbout('session-reuse')).toBe(0);
  }, 60_000);

  it('b: a tab that slept while another one renewed twice sends no refresh', async () => {
    const [first, second] = await signedInTabs(2);
    for (let round = 0; round < 2; round += 1) {
      await nearlyOver();
      expect(await ask(first as Page)).toEqual(allAnswered());
    }
    expect(app.count(REFRESH)).toBe(2);
    await sleep(500);
    expect(await ask(second as Page)).toEqual(allAnswered());
    expect(app.count(REFRESH)).toBe(2);
  }, 60_000);

  it('l: the queries of another tab go on after a change of the password', async () => {
    const [first, second] = await signedInTabs(2);
    const input = { currentPassword: PASSWORD, newPassword: `${PASSWORD}-next` };
    const change = run(
      first as Page,
      `proof.mutate(${JSON.stringify(documents.changePassword)}, ${JSON.stringify(input)})`,
    );
    expect(await change).toMatchObject({ changePassword: { __typename: 'PasswordChanged' } });
    expect(await ask(second as Page, 5)).toEqual(allAnswered(5));
    expect([app.count(REFRESH), app.count('Me')]).toEqual([0, 5]);
  }, 60_000);
});

describe.skipIf(browserMissing !== undefined)('what browsers lack', () => {
  it('k1: a lock that another page holds for ever delays one renewal by five seconds', async () => {
    const [page, other] = (await signedInTabs(2)) as [Page, Page];
    await run(other, 'navigator.locks.query().then(() => undefined)');
    const name = `gatehouse /graphql`;
    void run(other, `navigator.locks.request(${JSON.stringify(name)}, () => new Promise(() => undefined))`).catch(
      () => undefined,
    );
    await nearlyOver();
    expect(await ask(page, 3)).toEqual(allAnswered(3));
    expect(await run<string[]>(page, 'proof.events.map(({ type }) => type)')).toContain('lock-timeout');
  }, 60_000);

  it('k2: without Web Locks and BroadcastChannel every tab is right, with more requests', async () => {
    await browser.context.addInitScript(
      'Object.defineProperty(Navigator.prototype, "locks", { value: undefined }); delete globalThis.BroadcastChannel;',
    );
    const tabs = await signedInTabs(3);
    await nearlyOver();
    app.reset();
    const answers = await Promise.all(tabs.map((tab) => ask(tab, 5)));
    expect(answers.flat()).toEqual(allAnswered(15));
    expect(app.count(REFRESH)).toBeGreaterThan(0);
    expect(app.count(REFRESH)).toBeLessThanOrEqual(3);
  }, 60_000);
});

import type { Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { LoginDocument } from '../generated/operations.js';
import { signedUp } from '../support/accounts.js';
import { PASSWORD } from '../support/journey.js';
import { appCode, toNextStep } from '../support/totp.js';
import { type AdminGateway, adminGateway, plainAccount, type StaffAccount, staffAccount } from './admin-staff.js';
import { violationsOn } from './axe.js';
import { type Browser, browserMissing, startBrowser, watch } from './browser.js';

// A browser on a busy machine takes its time.
vi.setConfig({ testTimeout: 120_000, hookTimeout: 120_000 });

const WIDTHS = [320, 390, 768, 1280];
const HEIGHT = 800;
/** In dark only the contrast can differ from light. */
const LOOKS: [look: string, media: Parameters<Page['emulateMedia']>[0], rules?: string[]][] = [
  ['light', { colorScheme: 'light', forcedColors: 'none' }],
  ['dark', { colorScheme: 'dark', forcedColors: 'none' }, ['color-contrast']],
  ['forced colours', { colorScheme: 'light', forcedColors: 'active' }],
];
const STEP_UP_SECONDS = 660;

/** A state of the page: how it is reached, and an element that it has. */
interface State {
  name: string;
  path: string;
  shows: string;
  /** What is done on the page once it is shown. */
  act?: (page: Page) => Promise<void>;
}

const press = (selector: string) => (page: Page) => page.locator(selector).first().click();

/** Every view in its states. `:id` is an account that cannot sign in. */
const states: State[] = [
  { name: 'overview', path: '?days=7', shows: '.tiles', act: press('summary') },
  { name: 'users', path: '/users', shows: 'tbody', act: press('summary') },
  { name: 'users, no match', path: '/users?text=zzzz', shows: '.empty' },
  { name: 'invitation', path: '/users', shows: 'tbody', act: press('.bar .button:not(.quiet)') },
  { name: 'user', path: '/users/:id', shows: '.pair' },
  { name: 'deletion', path: '/users/:id', shows: '.pair', act: press('.acts .button:last-child') },
  { name: 'user that is gone', path: '/users/00000000-0000-4000-8000-000000000000', shows: '.empty' },
];

describe.skipIf(browserMissing).each(['en', 'de'])('the looks of the page in %s', (language) => {
  let here: AdminGateway;
  let browser: Browser;
  let page: Page;
  let admin: StaffAccount;
  let lockedId: string;
  let faults: string[];

  /** What is wrong on every width, in light, in dark and in forced colours. */
  async function wrongIn(name: string): Promise<string[]> {
    const found: string[] = [];
    for (const width of WIDTHS) {
      await page.setViewportSize({ width, height: HEIGHT });
      for (const [look, media, rules] of LOOKS) {
        await page.emulateMedia(media);
        found.push(...(await violationsOn(page, rules)).map((line) => `${name}, ${width} px, ${look}: ${line}`));
      }
      const overflow = await page.evaluate<number>('document.documentElement.scrollWidth - innerWidth');
      if (overflow > 0) found.push(`${name}, ${width} px: ${overflow} px too wide`);
    }
    return found;
  }

  beforeAll(async () => {
    [here, browser] = await Promise.all([
      adminGateway({ env: { TWO_FACTOR_REQUIRED_ROLES: 'admin' } }),
      startBrowser({ locale: language }),
    ]);
    const { gateway } = here;
    admin = await staffAccount(gateway, 'admin');
    await signedUp(gateway, {});
    const { id, email } = await plainAccount(gateway, 'user');
    lockedId = id;
    await gateway.ask(LoginDocument, { input: { identifier: email, password: PASSWORD } });
    const input = { identifier: email, password: 'Wrong-Horse-1-Staple' };
    for (let tries = 0; tries < 6; tries += 1) await gateway.ask(LoginDocument, { input });
    page = await browser.context.newPage();
    faults = watch(page, here.origin);
    await page.goto(here.at());
    await page.locator('input[name="username"]').fill(admin.email);
    await page.locator('input[name="password"]').fill(PASSWORD);
    await page.keyboard.press('Enter');
    await page.locator('input[name="code"]').waitFor();
    toNextStep(gateway);
    await page.locator('input[name="code"]').fill(appCode(gateway, admin.secret));
    await page.keyboard.press('Enter');
    await page.locator('.tiles').waitFor();
  });

  afterAll(async () => {
    await browser?.close();
    await here?.gateway.close();
  });

  it.each(states)('has no violation: $name', async ({ name, path, shows, act }) => {
    await page.goto(here.at(path.replace(':id', lockedId)));
    await page.locator(shows).waitFor();
    await act?.(page);
    expect(await wrongIn(name)).toEqual([]);
  });

  it('has no violation while signing in', async () => {
    await browser.context.clearCookies();
    await page.goto(here.at());
    await page.locator('input[name="username"]').fill(admin.email);
    expect(await page.locator('html').getAttribute('lang')).toBe(language);
    const found = await wrongIn('sign-in');
    await page.locator('input[name="password"]').fill(PASSWORD);
    await page.keyboard.press('Enter');
    await page.locator('input[name="code"]').fill('000000');
    await page.keyboard.press('Enter');
    await page.getByRole('alert').waitFor();
    found.push(...(await wrongIn('wrong code')));
    expect(found).toEqual([]);
  });

  async function signInAs(email: string): Promise<void> {
    await browser.context.clearCookies();
    await page.goto(here.at());
    await page.locator('input[name="username"]').fill(email);
    await page.locator('input[name="password"]').fill(PASSWORD);
    await page.keyboard.press('Enter');
    await page.locator('input[name="username"]').waitFor({ state: 'detached' });
  }

  it('has no violation for an account that is not an admin', async () => {
    await signInAs((await plainAccount(here.gateway, 'user')).email);
    await page.locator('main h1, h1').first().waitFor();
    expect(await wrongIn('not an admin')).toEqual([]);
  });

  it('has no violation while a second factor is turned on', async () => {
    await signInAs((await plainAccount(here.gateway, 'admin')).email);
    await page.locator('input[name="password"]').waitFor();
    const found = await wrongIn('enrolment, password');
    await page.locator('input[name="password"]').fill(PASSWORD);
    await page.keyboard.press('Enter');
    await page.locator('.secret code').waitFor();
    found.push(...(await wrongIn('enrolment, secret')));
    const secret = (await page.locator('.secret code').innerText()).replaceAll(' ', '');
    await page.locator('input[name="code"]').fill(appCode(here.gateway, secret));
    await page.keyboard.press('Enter');
    await page.locator('.codes li').first().waitFor();
    found.push(...(await wrongIn('enrolment, recovery codes')));
    expect(found).toEqual([]);
  });

  it('has no violation while factors are asked for again', async () => {
    await signInAs(admin.email);
    toNextStep(here.gateway);
    await page.locator('input[name="code"]').fill(appCode(here.gateway, admin.secret));
    await page.keyboard.press('Enter');
    await page.locator('.tiles').waitFor();
    here.gateway.clock.advance(STEP_UP_SECONDS);
    await page.goto(here.at(`/users/${lockedId}`));
    await page.locator('.acts .button:last-child').click();
    const email = await page.locator('h1').innerText();
    await page.locator('dialog input').first().fill(email);
    await page.keyboard.press('Enter');
    await page.locator('dialog input[type="password"]').waitFor();
    expect(await wrongIn('step-up')).toEqual([]);
  });

  it('has broken no rule of its policy', () => expect(faults).toEqual([]));
});

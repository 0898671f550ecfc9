import type { Page } from 'playwright-core';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import {
  type AdminGateway,
  adminGateway,
  plainAccount,
  type StaffAccount,
  signInOn,
  staffAccount,
} from './admin-staff.js';
import { violationsOn } from './axe.js';
import { type Browser, browserMissing, startBrowser, watch } from './browser.js';

if (browserMissing !== undefined) process.stderr.write(`${browserMissing}\n`);

describe.skipIf(browserMissing)('the page of administration in a browser', () => {
  let here: AdminGateway;
  let browser: Browser;
  let page: Page;
  let faults: string[];
  let admin: StaffAccount;

  beforeAll(async () => {
    [here, browser] = await Promise.all([adminGateway(), startBrowser({ locale: 'en-GB' })]);
    admin = await staffAccount(here.gateway, 'admin', 'boss@example.com');
  });

  beforeEach(async () => {
    await browser.context.clearCookies();
    page = await browser.context.newPage();
    faults = watch(page, here.origin);
  });

  afterEach(() => page.close());
  afterAll(async () => {
    await browser?.close();
    await here?.gateway.close();
  });

  it('opens a shared link with its filter after the sign-in', async () => {
    await plainAccount(here.gateway, 'user', 'shared.link@example.com');
    await page.goto(here.at('/users?text=shared.link'));
    await signInOn(page, here.gateway, admin);
    await page.getByRole('link', { name: 'shared.link@example.com' }).waitFor();
    expect(await page.locator('tbody tr').count()).toBe(1);
    expect(await page.getByRole('searchbox').inputValue()).toBe('shared.link');
    await page.reload();
    await page.getByRole('link', { name: 'shared.link@example.com' }).waitFor();
    expect(await violationsOn(page)).toEqual([]);
    expect(faults).toEqual([]);
  });
});

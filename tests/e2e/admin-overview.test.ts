import type { Page } from 'playwright-core';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest';
import { rows } from '../support/accounts.js';
import { seedLists } from '../support/seeded-lists.js';
import {
  type AdminGateway,
  adminGateway,
  plainAccount,
  type StaffAccount,
  signInOn,
  staffAccount,
} from './admin-staff.js';
import { type Browser, browserMissing, startBrowser, watch } from './browser.js';

// A browser on a busy machine takes its time.
vi.setConfig({ testTimeout: 120_000, hookTimeout: 120_000 });

describe.skipIf(browserMissing)('the page of administration with many accounts, events and emails', () => {
  let here: AdminGateway;
  let browser: Browser;
  let page: Page;
  let faults: string[];
  let admin: StaffAccount;
  let userId: string;

  beforeAll(async () => {
    [here, browser] = await Promise.all([adminGateway(), startBrowser({ locale: 'en-GB' })]);
    admin = await staffAccount(here.gateway, 'admin');
    userId = (await plainAccount(here.gateway, 'user')).id;
    await seedLists(here.gateway);
    page = await browser.context.newPage();
    await page.goto(here.at());
    await signInOn(page, here.gateway, admin);
    await page.close();
  });
  beforeEach(async () => {
    page = await browser.context.newPage();
    faults = watch(page, here.origin);
  });
  afterEach(async () => {
    await page.close();
    expect(faults).toEqual([]);
  });
  afterAll(async () => {
    await browser?.close();
    await here?.gateway.close();
  });

  it.each([
    ['Overview', '?days=90', '.tiles'],
    ['Users', '/users', 'tbody tr'],
    ['Users', '/users?text=c4&state=ACTIVE', 'tbody tr'],
    ['User', '/users/:id', '.pair'],
    ['Audit log', '/audit-log', 'tbody tr'],
    ['Audit log', '/audit-log?preset=failed-sign-ins', 'tbody tr'],
    ['Emails', '/emails?status=FAILED', 'tbody tr'],
    ['Status', '/status', 'tbody tr'],
  ])('%s at %s takes one or two round trips', async (_name, path, shows) => {
    const requests: string[] = [];
    page.on('request', (request) => {
      const [, name] = /(?:query|mutation) (\w+)/.exec(request.postData() ?? '') ?? [];
      // The session is renewed when a page is opened, and belongs to no view.
      if (name !== undefined && !name.startsWith('Refresh')) requests.push(name);
    });
    await page.goto(here.at(path.replace(':id', userId)));
    await page.locator(shows).first().waitFor();
    await page.waitForLoadState('networkidle');
    expect(requests.length).toBeGreaterThan(0);
    expect(requests.length).toBeLessThanOrEqual(2);
  });

  it('the sign-in page takes one round trip for each step', async () => {
    await browser.context.clearCookies();
    const requests: string[] = [];
    page.on('request', (request) => {
      const [, name] = /(?:query|mutation) (\w+)/.exec(request.postData() ?? '') ?? [];
      if (name !== undefined) requests.push(name);
    });
    await page.goto(here.at('/status'));
    await signInOn(page, here.gateway, admin);
    await page.getByRole('heading', { name: 'Status', exact: true }).waitFor();
    expect(requests.filter((name) => !name.startsWith('Refresh') && name !== 'AdminStatus')).toHaveLength(2);
  });

  it('a day of the chart is reached by the arrow keys and opens its log', async () => {
    await page.goto(here.at('?days=7'));
    await page.locator('.chart .bar').first().waitFor();
    const labels = await page.evaluate<string[]>(
      "[...document.querySelectorAll('.chart .bar')].map((bar) => bar.getAttribute('aria-label'))",
    );
    expect(labels).toHaveLength(7);
    const current = () => page.evaluate<string | null>("document.activeElement.getAttribute('aria-label')");
    await page.getByRole('link', { name: '90 days' }).focus();
    await page.keyboard.press('Tab');
    expect(await current()).toBe(labels[6]);
    await page.keyboard.press('ArrowRight');
    expect(await current()).toBe(labels[6]);
    await page.keyboard.press('ArrowLeft');
    expect(await current()).toBe(labels[5]);
    await page.keyboard.press('Home');
    expect(await current()).toBe(labels[0]);
    await page.keyboard.press('ArrowRight');
    await page.keyboard.press('Tab');
    expect(await current()).not.toBe(labels[2]);
    await page.keyboard.press('Shift+Tab');
    expect(await current()).toBe(labels[1]);
    await page.keyboard.press('Enter');
    await page.getByRole('heading', { name: 'Audit log', level: 1 }).waitFor();
    const { searchParams } = new URL(page.url());
    const [from, before] = [searchParams.get('from'), searchParams.get('before')].map((time) => Date.parse(time ?? ''));
    expect((before ?? 0) - (from ?? 0)).toBe(86_400_000);
    expect(searchParams.get('types')).toContain('LOGIN');
  });

  it('the tile of refused sign-ins is about the last 24 hours, and opens them', async () => {
    await page.goto(here.at());
    const tile = page.getByRole('link', { name: /^Refused sign-ins, 24 hours/ });
    const shown = Number((await tile.locator('b').innerText()).replaceAll(',', ''));
    const [{ count } = { count: 0 }] = await rows<{ count: number }>(
      here.gateway,
      "SELECT count(*)::int AS count FROM audit_events WHERE type = 'LOGIN' AND NOT success AND created_at > now() - interval '24 hours'",
    );
    expect(Math.abs(shown - count)).toBeLessThanOrEqual(2);
    expect(count).toBeGreaterThan(50);
    await tile.click();
    await page.getByRole('heading', { name: 'Audit log', level: 1 }).waitFor();
    const from = Date.parse(new URL(page.url()).searchParams.get('from') ?? '');
    expect(Math.abs(Date.now() - 86_400_000 - from)).toBeLessThan(120_000);
  });
});

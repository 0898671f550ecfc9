import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { Page } from 'playwright-core';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it, onTestFinished } from 'vitest';
import { LoginDocument } from '../generated/operations.js';
import { rows, signedUp } from '../support/accounts.js';
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

describe.skipIf(browserMissing)(
  'audit log, emails and status on the page of administration',
  { timeout: 90_000 },
  () => {
    let here: AdminGateway;
    let browser: Browser;
    let page: Page;
    let faults: string[];
    let admin: StaffAccount;
    let user: { id: string; email: string };
    const unverified = 'newcomer@example.com';

    beforeAll(async () => {
      [here, browser] = await Promise.all([adminGateway(), startBrowser({ locale: 'en-GB', acceptDownloads: true })]);
      admin = await staffAccount(here.gateway, 'admin', 'boss@example.com');
      user = await plainAccount(here.gateway, 'user', 'reader@example.com');
      const input = { identifier: user.email, password: 'Wrong-Horse-1-Staple' };
      await here.gateway.ask(LoginDocument, { input }, { from: '198.51.100.7' });
      await signedUp(here.gateway, { email: unverified });
      await rows(
        here.gateway,
        `UPDATE outbox_messages SET status = 'FAILED', attempts = 3, finished_at = now(), last_error = '550 no such user'
        WHERE recipient = ? AND mail = 'verify-email' RETURNING id`,
        [unverified],
      );
    });

    beforeEach(async () => {
      page = await browser.context.newPage();
      faults = watch(page, here.origin);
    });

    afterEach(() => page.close());
    afterAll(async () => {
      await browser?.close();
      await here?.gateway.close();
    });

    const bodyRows = () => page.locator('tbody tr');

    it('leads from failed sign-ins to one event, its details, its address and its account', async () => {
      await page.goto(here.at('/audit-log?preset=failed-sign-ins'));
      await signInOn(page, here.gateway, admin);
      await page.getByRole('heading', { name: 'Audit log', level: 1 }).waitFor();
      const row = bodyRows().filter({ hasText: '198.51.100.7' });
      await row.getByText('Sign-in: refused').waitFor();
      await row.locator('summary').focus();
      await page.keyboard.press('Enter');
      await row.locator('dl').waitFor();
      expect(await row.locator('time').getAttribute('title')).toMatch(/^\d{4}-\d\d-\d\dT.*Z$/);
      expect(await violationsOn(page)).toEqual([]);
      await row.getByRole('link', { name: '198.51.100.7' }).click();
      await page.getByRole('link', { name: /Remove the filter IP address/ }).waitFor();
      expect(new URL(page.url()).searchParams.get('ipAddress')).toBe('198.51.100.7');
      await page.getByRole('link', { name: 'Acts of admins' }).click();
      await page.getByText('No event matches.').waitFor();
      expect(await violationsOn(page)).toEqual([]);
      await page.getByRole('link', { name: 'Show every event' }).click();
      await bodyRows().first().waitFor();
      await page.getByLabel('Risk').selectOption('MEDIUM');
      await page.getByRole('link', { name: /Remove the filter Risk: Medium/ }).waitFor();
      await bodyRows()
        .filter({ hasText: '198.51.100.7' })
        .getByRole('link', { name: /^Account / })
        .click();
      await page.getByRole('heading', { name: user.email, exact: true }).waitFor();
      expect(faults).toEqual([]);
    });

    it('exports what the filter of the audit log matches', async () => {
      await page.goto(here.at('/audit-log?types=LOGIN&success=false'));
      await bodyRows().first().waitFor();
      await page.getByRole('button', { name: 'Export' }).click();
      await page.getByRole('dialog').getByLabel('Format').selectOption('ndjson');
      const [file] = await Promise.all([
        page.waitForEvent('download'),
        page.getByRole('button', { name: 'Save the file' }).click(),
      ]);
      expect(file.suggestedFilename()).toBe('audit-events.ndjson');
      const [event] = await rows<{ metadata: Record<string, unknown> }>(
        here.gateway,
        "SELECT metadata FROM audit_events WHERE type = 'ADMIN_EXPORT' ORDER BY id DESC LIMIT 1",
      );
      expect(event?.metadata).toMatchObject({ file: 'audit-events.ndjson', filters: 'types,success' });
      expect(faults).toEqual([]);
    });

    it('says so when the transfer of an export is cut off', async () => {
      const server = createServer((_request, response) => {
        response.writeHead(200, { 'content-type': 'text/csv', 'content-length': '100000' });
        response.write('id\r\n', () => setTimeout(() => response.destroy(), 200));
      }).listen(0, '127.0.0.1');
      onTestFinished(() => void server.close());
      await once(server, 'listening');
      const { port } = server.address() as AddressInfo;
      await page.route('**/export/**', (route) => route.continue({ url: `http://127.0.0.1:${port}/` }));
      await page.goto(here.at('/audit-log'));
      await bodyRows().first().waitFor();
      await page.getByRole('button', { name: 'Export' }).click();
      await page.getByRole('button', { name: 'Save the file' }).click();
      await page.getByRole('dialog').getByText('The gateway cannot be reached. Check your connection.').waitFor();
      expect(faults.filter((fault) => fault.startsWith('thrown'))).toEqual([]);
    });

    it('shows a failed email, retries it, and sends a test email', async () => {
      await page.goto(here.at('/emails?status=FAILED'));
      const row = bodyRows().filter({ hasText: unverified });
      await row.getByText('550 no such user').waitFor();
      expect(await violationsOn(page)).toEqual([]);
      await row.getByRole('button', { name: /^Retry/ }).press('Enter');
      await page.getByRole('dialog', { name: 'Send this email again?' }).waitFor();
      expect(await violationsOn(page)).toEqual([]);
      await page.keyboard.press('Escape');
      expect(await page.evaluate('document.activeElement.textContent')).toBe('Retry');
      await page.keyboard.press('Enter');
      await page.getByRole('button', { name: 'Send again' }).click();
      await page.getByRole('status').getByText('The email is waiting to be sent.').waitFor();
      await page.getByText('No email matches.').waitFor();
      await page.getByRole('button', { name: 'Send a test email' }).click();
      await page.getByLabel('Email address').fill('probe@example.com');
      await page.keyboard.press('Enter');
      await page.getByRole('status').getByText('probe@example.com').waitFor();
      await page.goto(here.at('/emails?recipient=probe%40example.com'));
      await bodyRows().getByText('Test email').waitFor();
      expect(faults).toEqual([]);
    });

    it('shows the state of the gateway without a secret, and rotates the key', async () => {
      await page.goto(here.at('/status'));
      await page.getByRole('heading', { name: 'Findings' }).waitFor();
      const text = await page.locator('main').innerText();
      expect(text).toContain('DATABASE_URL');
      expect(text).not.toMatch(/postgres(?:ql)?:\/\//);
      expect(text).toMatch(/emails wait to be sent/);
      expect(await violationsOn(page)).toEqual([]);
      const keys = page.getByRole('region', { name: 'Signing keys' }).locator('tbody tr');
      expect(await keys.count()).toBe(1);
      await page.getByRole('button', { name: 'Rotate the key…' }).click();
      await page.getByRole('dialog').getByRole('button', { name: 'Rotate', exact: true }).click();
      await page.getByRole('status').getByText('is published').waitFor();
      await keys.nth(1).waitFor();
      expect(faults).toEqual([]);
    });

    it('has no violation in German, on any width, in dark and in forced colours', { timeout: 180_000 }, async () => {
      await page.goto(here.at('/status'));
      await page.evaluate("localStorage.setItem('gatehouse-admin-language', 'de')");
      const found: string[] = [];
      for (const path of [
        '/audit-log?preset=failed-sign-ins',
        '/audit-log?ipAddress=192.0.2.255',
        '/emails',
        '/status',
      ]) {
        await page.goto(here.at(path));
        await page.locator('.rows, .empty').first().waitFor();
        expect(await page.locator('html').getAttribute('lang')).toBe('de');
        for (const width of [320, 390, 768, 1280]) {
          await page.setViewportSize({ width, height: 800 });
          const excess = await page.evaluate<number>('document.documentElement.scrollWidth - innerWidth');
          const lines = [...(await violationsOn(page)), ...(excess > 0 ? [`${excess} px too wide`] : [])];
          found.push(...lines.map((line) => `${path} at ${width} px: ${line}`));
        }
        for (const look of [{ colorScheme: 'dark' }, { forcedColors: 'active' }] as const) {
          await page.emulateMedia({ colorScheme: 'light', forcedColors: 'none', ...look });
          found.push(...(await violationsOn(page)).map((line) => `${path} in ${JSON.stringify(look)}: ${line}`));
        }
        await page.emulateMedia({ colorScheme: 'light', forcedColors: 'none' });
      }
      await page.evaluate("localStorage.removeItem('gatehouse-admin-language')");
      expect(found).toEqual([]);
    });

    it('says why a list could not be loaded, with the id of the request', async () => {
      await page.goto(here.at('/audit-log?userId=nobody'));
      await page.getByRole('alert').getByText('This is not an id.').waitFor();
      const excess = await page.evaluate<number>('document.documentElement.scrollWidth - innerWidth');
      expect(excess).toBeLessThanOrEqual(0);
      expect(await violationsOn(page)).toEqual([]);
      await page.getByRole('link', { name: 'Show every event' }).click();
      await bodyRows().first().waitFor();
      // The gateway refuses the operation, as it does if the page is older than it.
      await page.route('**/graphql', async (route) => {
        const body = route.request().postData() ?? '';
        await route.continue({ postData: body.replace('{\\n  adminMails(', '{\\n  adminLetters(') });
      });
      await page.goto(here.at('/emails'));
      await page.getByRole('alert').getByRole('button', { name: 'Copy' }).waitFor();
      expect(await violationsOn(page)).toEqual([]);
    });
  },
);

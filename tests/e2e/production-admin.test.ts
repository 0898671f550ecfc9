import type { Page } from 'playwright-core';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest';
import { rows } from '../support/accounts.js';
import { sharedGateway, type TestGateway } from '../support/app.js';
import { setUpShared } from '../support/cleanup.js';
import { PASSWORD } from '../support/journey.js';
import { freePort } from '../support/ports.js';
import { productionSettings } from '../support/production.js';
import { appCode, toNextStep } from '../support/totp.js';
import { plainAccount, type StaffAccount, signInOn, staffAccount } from './admin-staff.js';
import { violationsOn } from './axe.js';
import { type Browser, browserMissing, startBrowser, watch } from './browser.js';
import { httpsFront } from './https-front.js';

// A browser on a busy machine takes its time.
vi.setConfig({ testTimeout: 120_000, hookTimeout: 120_000 });

if (browserMissing !== undefined) process.stderr.write(`${browserMissing}\n`);

const OWN_PARTS = { exclude: ['.graphiql-container'] };

describe.skipIf(browserMissing)(
  'administration in production, over HTTPS, with a cookie that is sent across sites',
  () => {
    let gateway: TestGateway;
    let origin: string;
    let closeFront: () => Promise<void>;
    let browser: Browser;
    let page: Page;
    let faults: string[];
    let admin: StaffAccount;

    beforeAll(async () => {
      const { parts: front, close } = await setUpShared(httpsFront);
      closeFront = close;
      origin = front.origin;
      const env = { GRAPHQL_IDE: 'on', ADMIN_PAGE: 'on', COOKIE_SAME_SITE: 'none', TRUSTED_PROXIES: '127.0.0.1' };
      const port = await freePort();
      gateway = await sharedGateway({ env: productionSettings({ PUBLIC_URL: origin, ...env }) });
      await gateway.app.http.listen({ host: '127.0.0.1', port });
      front.leadTo(port);
      browser = await startBrowser({
        ignoreHTTPSErrors: true,
        locale: 'en-GB',
        viewport: { width: 1280, height: 900 },
      });
      admin = await staffAccount(gateway, 'admin');
    });
    beforeEach(async () => {
      await browser.context.clearCookies();
      page = await browser.context.newPage();
      faults = watch(page, origin);
    });
    afterEach(async () => {
      await page.close();
      expect(faults).toEqual([]);
    });
    afterAll(async () => {
      await browser?.close();
      await gateway?.close();
      await closeFront?.();
    });

    async function signInToIde({ email, secret }: { email: string; secret?: string }): Promise<void> {
      await page.getByLabel('Email or username').fill(email);
      await page.getByLabel('Password', { exact: true }).fill(PASSWORD);
      await page.keyboard.press('Enter');
      if (secret === undefined) return;
      const code = page.getByLabel(/Code of the authenticator app/);
      await code.waitFor();
      toNextStep(gateway);
      await code.fill(appCode(gateway, secret));
      await page.keyboard.press('Enter');
    }

    const stored = () => page.evaluate<string>('JSON.stringify({ ...sessionStorage })');
    const documents = () => page.locator('.operations button').count();

    it('the IDE shows a stranger a form and nothing else', async () => {
      const answers: number[] = [];
      page.on('response', (response) => {
        if (/\.json$/.test(response.url())) answers.push(response.status());
      });
      await page.goto(`${origin}/ide`);
      await page.getByRole('dialog', { name: 'Sign in' }).waitFor();
      await page.keyboard.press('Escape');
      await page.keyboard.press('Escape');
      await page.getByRole('dialog', { name: 'Sign in' }).waitFor();
      expect(await page.evaluate('document.activeElement.id')).toBe('identifier');
      expect(await documents()).toBe(0);
      expect(answers).toEqual([]);
      expect(await page.getByRole('link', { name: 'Mailbox' }).count()).toBe(0);
      expect(await page.content()).not.toMatch(/admin[A-Z]\w+/);
      expect(await violationsOn(page)).toEqual([]);
    });

    it.each(['user', 'support'] as const)('the IDE tells the role %s that it is for admins', async (role) => {
      const account = role === 'user' ? await plainAccount(gateway, role) : await staffAccount(gateway, role);
      await page.goto(`${origin}/ide`);
      await signInToIde(account);
      await page.getByText('This account is not an admin').waitFor();
      await page.getByText(`Signed in as ${account.email} (${role})`).waitFor();
      expect(await documents()).toBe(0);
      expect(await violationsOn(page)).toEqual([]);
      await page.getByRole('button', { name: 'Sign out' }).click();
      await page.getByRole('dialog', { name: 'Sign in' }).waitFor();
      // The browser reports that the documents were refused.
      faults = faults.filter((fault) => !fault.includes('403'));
    });

    it('the IDE is an admin’s after both factors, also after a reload, and forgets what they typed', async () => {
      await page.goto(`${origin}/ide`);
      await signInToIde(admin);
      await page.getByText(`Signed in as ${admin.email} (admin)`).waitFor();
      await page.locator('.operations').getByRole('button', { name: 'AdminUsers', exact: true }).click();
      await page.getByRole('tab', { name: 'AdminUsers', selected: true }).waitFor();
      await page.getByRole('button', { name: /Execute query/ }).click();
      await page.locator('.result-window').getByText('adminUsers').first().waitFor();
      // The editor stores its tabs after a pause in typing.
      const tabs = () => page.evaluate<string>("sessionStorage.getItem('graphiql:tabState')");
      await expect.poll(tabs, { timeout: 10_000 }).toContain('query AdminUsers(');
      await page.reload();
      await page.getByText(`Signed in as ${admin.email} (admin)`).waitFor();
      await page.getByRole('tab', { name: 'AdminUsers' }).waitFor();
      for (const colorScheme of ['light', 'dark'] as const) {
        await page.emulateMedia({ colorScheme });
        expect(await violationsOn(page, undefined, OWN_PARTS)).toEqual([]);
        expect(await violationsOn(page, undefined, { include: ['.operations'] })).toEqual([]);
      }
      await page.getByRole('button', { name: 'Sign out' }).click();
      await page.getByRole('dialog', { name: 'Sign in' }).waitFor();
      expect(await stored()).not.toContain('AdminUsers');
    });

    it('the page of administration keeps its session, acts and signs out', async () => {
      const user = await plainAccount(gateway, 'user', 'across.sites@example.com');
      await page.goto(`${origin}/admin/users/${user.id}`);
      await signInOn(page, gateway, admin);
      await page.getByRole('heading', { name: user.email, exact: true }).waitFor();
      const [cookie] = (await browser.context.cookies()).filter(({ name }) => name.includes('refresh'));
      expect(cookie).toMatchObject({ sameSite: 'None', secure: true, httpOnly: true });
      await page.reload();
      await page.getByRole('heading', { name: user.email, exact: true }).waitFor();
      await page.getByRole('button', { name: 'Disable account…' }).click();
      await page.getByRole('dialog').getByRole('button', { name: 'Disable account' }).click();
      await page.getByRole('status').filter({ hasText: 'is disabled' }).waitFor();
      const [stored] = await rows(gateway, 'SELECT disabled_at FROM users WHERE id = ?', [user.id]);
      expect(stored?.disabled_at).not.toBeNull();
      await page.getByRole('button', { name: 'Sign out' }).click();
      await page.getByRole('heading', { name: 'Sign in', exact: true }).waitFor();
      await page.reload();
      await page.getByRole('heading', { name: 'Sign in', exact: true }).waitFor();
    });
  },
);

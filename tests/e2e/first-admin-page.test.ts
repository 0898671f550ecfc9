import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { firstAdminToken } from '../../src/services/admin/first-admin-link.js';
import { sharedGateway, type TestGateway } from '../support/app.js';
import { PASSWORD } from '../support/journey.js';
import { type Browser, browserMissing, startBrowser, watch } from './browser.js';

describe.skipIf(browserMissing)('the page that makes the first admin', () => {
  let gateway: TestGateway;
  let browser: Browser;
  let origin: string;
  beforeAll(async () => {
    gateway = await sharedGateway();
    browser = await startBrowser();
    origin = await gateway.app.http.listen({ host: '127.0.0.1', port: 0 });
  });
  afterAll(async () => {
    await browser.close();
    await gateway.close();
  });

  it('is filled in by the keyboard alone, says what is wrong, and works once', async () => {
    const page = await browser.context.newPage();
    const faults = watch(page, origin);
    const link = `${origin}/dev/first-admin#token=${firstAdminToken(gateway.dependencies)}`;
    await page.goto(link);
    expect(page.url()).not.toContain('token');
    await page.keyboard.press('Tab');
    await page.keyboard.type('me@example.com');
    await page.keyboard.press('Enter');
    await page.getByRole('alert').getByText('Choose a password.').waitFor();
    await page.keyboard.type(PASSWORD);
    await page.keyboard.press('Enter');
    await page.getByRole('heading', { name: 'The admin is ready' }).waitFor();
    expect(await page.getByText('me@example.com can sign in.').isVisible()).toBe(true);
    expect(faults).toEqual([]);

    await page.goto('about:blank');
    await page.goto(link);
    await page.keyboard.press('Tab');
    await page.keyboard.type('other@example.com');
    await page.keyboard.press('Tab');
    await page.keyboard.type(PASSWORD);
    await page.keyboard.press('Enter');
    await page.getByRole('heading', { name: 'This link no longer works' }).waitFor();
    expect(await page.locator('form').isVisible()).toBe(false);
  });
});

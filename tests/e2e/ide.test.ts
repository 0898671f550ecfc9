import type { Page } from 'playwright-core';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { quickUser } from '../support/accounts.js';
import { sharedGateway, type TestGateway } from '../support/app.js';
import { eventually } from '../support/eventually.js';
import { PASSWORD } from '../support/journey.js';
import { freePort } from '../support/ports.js';
import { staffMember } from '../support/staff.js';
import { type Browser, browserMissing, startBrowser, watch } from './browser.js';

if (browserMissing !== undefined) process.stderr.write(`${browserMissing}\n`);

let gateway: TestGateway;
let origin: string;

beforeAll(async () => {
  const port = await freePort();
  origin = `http://localhost:${port}`;
  gateway = await sharedGateway({ env: { PUBLIC_URL: origin, INTROSPECTION: 'off', ACCESS_TOKEN_TTL: '30s' } });
  await gateway.app.http.listen({ host: '127.0.0.1', port });
});
afterAll(() => gateway.close());

describe.skipIf(browserMissing)('the IDE in a browser', () => {
  let browser: Browser;
  let page: Page;
  let faults: string[];

  beforeAll(async () => {
    browser = await startBrowser({ viewport: { width: 1280, height: 900 } });
  });
  beforeEach(async () => {
    await browser.context.clearCookies();
    page = await browser.context.newPage();
    faults = watch(page, origin);
    await page.goto(`${origin}/ide`);
    await page.getByRole('tab', { name: 'Signup' }).waitFor();
  });
  afterEach(() => page.close());
  afterAll(() => browser?.close());

  async function signIn(email: string): Promise<void> {
    await page.getByRole('button', { name: 'Sign in' }).click();
    await page.getByLabel('Email or username').fill(email);
    await page.getByLabel('Password', { exact: true }).fill(PASSWORD);
    await page.keyboard.press('Enter');
  }

  async function open(name: string): Promise<void> {
    await page.locator('.operations').getByRole('button', { name, exact: true }).click();
    await page.getByRole('tab', { name, selected: true }).waitFor();
  }

  const tabs = async () => (await page.getByRole('tab').allTextContents()).map((text) => text.replace(' icon', ''));
  const run = () => page.getByRole('button', { name: /Execute query/ }).click();
  const result = (text: string) => page.locator('.result-window').getByText(text).first().waitFor();

  it('signs an admin in, sends the token by itself, and shows the schema that is not public', {
    timeout: 90_000,
  }, async () => {
    const { email } = await staffMember(gateway, 'admin');
    await signIn(email);
    await page.getByText(`Signed in as ${email} (admin)`).waitFor();
    const before = await tabs();
    await open('AdminUsers');
    await run();
    await result('approximateTotalCount');
    await open('AdminStatus');
    expect(await tabs()).toEqual([...before, 'AdminUsers', 'AdminStatus']);
    await open('AdminUsers');
    expect(await tabs()).toHaveLength(before.length + 2);

    // The token has expired, and the clock tolerance is over.
    const refreshes: string[] = [];
    page.on('request', (request) => {
      if (/mutation Refresh\b/.test(request.postData() ?? '')) refreshes.push(request.url());
    });
    gateway.clock.advance(36);
    await run();
    // The result of before is still shown.
    await expect.poll(() => refreshes.length, { timeout: 20_000 }).toBe(1);
    await result('approximateTotalCount');
    expect(refreshes).toHaveLength(1);

    // What opens the documentation is the schema; the endpoint gives none.
    await page.getByRole('button', { name: 'Show Documentation Explorer' }).click();
    await page.locator('.graphiql-doc-explorer').getByText('Mutation', { exact: true }).click();
    await page.locator('.graphiql-doc-explorer').getByText('adminRotateSigningKey', { exact: true }).waitFor();
    const again = await tabs();
    await page.reload();
    await page.getByText(`Signed in as ${email} (admin)`).waitFor();
    expect(await tabs()).toEqual(again);
    const stored = await page.evaluate<string>('JSON.stringify([{ ...localStorage }, { ...sessionStorage }])');
    expect(stored).not.toMatch(/eyJ|Bearer/);
    await page.getByRole('button', { name: 'Sign out' }).click();
    await page.getByText('Not signed in').waitFor();
    expect(faults).toEqual([]);
  });

  it('takes the tokens of a journey from its answers', { timeout: 90_000 }, async () => {
    const { email } = await quickUser(gateway);
    await signIn(email);
    await page.getByText(`Signed in as ${email} (user)`).waitFor();
    await page.getByRole('tab', { name: 'MySessions' }).click();
    await run();
    await result('mySessions'); // the first line: the editor draws only those that are in view
    await page.getByRole('tab', { name: 'Logout' }).click();
    await run();
    await page.getByText('Not signed in').waitFor();
    await eventually(async () => expect(await page.getByRole('link', { name: 'Mailbox' }).count()).toBe(1));
    expect(faults).toEqual([]);
  });

  it('keeps good tokens while the gateway fails', { timeout: 90_000 }, async () => {
    const { email } = await staffMember(gateway, 'admin');
    const failing = new Set(['Me']);
    const failed: string[] = [];
    await page.route('**/graphql', async (route) => {
      const [, name = ''] = /(?:query|mutation) (\w+)/.exec(route.request().postData() ?? '') ?? [];
      if (!failing.has(name)) return await route.fallback();
      failed.push(name);
      await route.fulfill({ status: 503, json: { errors: [{ message: 'The gateway is busy.' }] } });
    });
    await signIn(email);
    await expect.poll(() => failed).toEqual(['Me']);
    await page.getByRole('dialog').waitFor({ state: 'hidden' });
    failing.clear();
    await page.getByRole('tab', { name: 'MySessions' }).click();
    await run();
    await result('mySessions');
    await page.getByText(`Signed in as ${email} (admin)`).waitFor();

    failing.add('Refresh');
    gateway.clock.advance(36);
    await run();
    await expect.poll(() => failed, { timeout: 20_000 }).toEqual(['Me', 'Refresh']);
    failing.clear();
    expect(await page.getByText('Not signed in').count()).toBe(0);
    const refreshed = page.waitForResponse((response) =>
      /mutation Refresh\b/.test(response.request().postData() ?? ''),
    );
    await run();
    expect(await (await refreshed).text()).toContain('RefreshSuccess');
    await page.getByText(`Signed in as ${email} (admin)`).waitFor();
  });
});

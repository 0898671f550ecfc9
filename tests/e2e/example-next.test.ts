import type { Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { SignupDocument } from '../generated/operations.js';
import { newEmail, PASSWORD, verifiedUser } from '../support/journey.js';
import { violationsOn } from './axe.js';
import { type Browser, browserMissing, startBrowser, watch } from './browser.js';
import { type ExampleApp, exampleNext, nextMissing } from './example-app.js';

// A browser on a busy machine takes its time.
vi.setConfig({ testTimeout: 60_000, hookTimeout: 120_000 });

let example: ExampleApp;
let browser: Browser;
let page: Page;
let faults: string[];
let user: { id: string; email: string };

const heading = (name: string) => page.getByRole('heading', { level: 1, name, exact: true }).waitFor();

/** The account page as the server renders it. */
const rendered = async () => await (await browser.context.request.get(`${example.origin}/account`)).text();

/** Names of the cookies that the browser keeps. */
async function cookies(): Promise<string[]> {
  return (await browser.context.cookies()).map(({ name }) => name).sort();
}

describe.skipIf(browserMissing ?? nextMissing)('the example in Next.js', () => {
  beforeAll(async () => {
    [example, browser] = await Promise.all([exampleNext(), startBrowser({ locale: 'en' })]);
    user = await verifiedUser(example.gateway);
    page = await browser.context.newPage();
    faults = watch(page, example.origin); // the browser asks the gateway through the app alone
  });

  afterAll(async () => {
    await browser?.close();
    await example?.close();
  });

  it('renders the account for nobody but a signed-in user', async () => {
    await page.goto(`${example.origin}/account`);
    await heading('Sign in');
    expect(await rendered()).not.toContain('Rendered on the server');
  });

  it('signs in, and renders the account on the server', async () => {
    await page.getByLabel('Email address or username').fill(user.email);
    await page.getByLabel('Password').fill('Wrong-Horse-1-Staple');
    await page.keyboard.press('Enter');
    await page.locator('main [role="alert"]').waitFor();
    await page.getByLabel('Password').fill(PASSWORD);
    await page.keyboard.press('Enter');
    await heading('Your account');
    expect(await rendered()).toContain(user.id);
    expect(await cookies()).toEqual(['gatehouse-access', 'gatehouse-device', 'gatehouse-refresh']);
    expect(await page.evaluate('document.cookie')).toBe('');
  });

  it('renews the session before it renders, once the access token has run out, but not for a prefetch', async () => {
    await browser.context.clearCookies({ name: 'gatehouse-access' });
    const headers = { rsc: '1', 'next-router-prefetch': '1' };
    await browser.context.request.get(`${example.origin}/account`, { headers, maxRedirects: 0 });
    expect(await cookies()).not.toContain('gatehouse-access');
    expect(await rendered()).toContain(user.id);
    expect(await cookies()).toContain('gatehouse-access');
    await page.reload();
    await heading('Your account');
  });

  it('signs in to an address that is verified on the way', async () => {
    const { gateway, origin } = example;
    const email = newEmail();
    await gateway.ask(SignupDocument, { input: { email, password: PASSWORD } });
    const { code } = await gateway.mailTo(email, { mail: 'verify-email' });
    const { context, close } = await startBrowser({ locale: 'en' });
    const other = await context.newPage();
    await other.goto(`${origin}/login`);
    await other.getByLabel('Email address or username').fill(email);
    await other.getByLabel('Password').fill(PASSWORD);
    await other.keyboard.press('Enter');
    await other.getByLabel('Code from the email').fill(code ?? '');
    await other.keyboard.press('Enter');
    await other.getByRole('heading', { name: 'Your account' }).waitFor();
    await close();
  });

  it('has no violation', async () => {
    expect(await violationsOn(page)).toEqual([]);
  });

  it('signs out, and the server knows it', async () => {
    await page.getByRole('button', { name: 'Sign out' }).click();
    await heading('Sign in');
    await expect.poll(cookies).toEqual(['gatehouse-device']); // the page changes before the gateway has answered
    expect(await rendered()).not.toContain(user.id);
    expect(await violationsOn(page)).toEqual([]);
    expect(faults).toEqual([]);
  });
});

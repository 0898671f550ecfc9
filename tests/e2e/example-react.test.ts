import type { Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { SignupDocument } from '../generated/operations.js';
import { loggedIn, newEmail, PASSWORD, verifiedUser } from '../support/journey.js';
import { appCode, challengeOf, complete, toNextStep } from '../support/totp.js';
import { type Browser, browserMissing, startBrowser } from './browser.js';
import { type ExampleApp, exampleApp, exampleMissing } from './example-app.js';

// A browser on a busy machine takes its time.
vi.setConfig({ testTimeout: 120_000, hookTimeout: 120_000 });

let example: ExampleApp;
let browser: Browser;
let page: Page;
const faults: string[] = [];

const heading = (name: string) => page.getByRole('heading', { level: 1, name, exact: true }).waitFor();
const focused = () =>
  page.evaluate<string>("(document.activeElement?.labels?.[0] ?? document.activeElement)?.textContent?.trim() ?? ''");

/** Presses Tab until the element with this name has the focus, as somebody without a mouse does. */
async function tabTo(name: string): Promise<void> {
  const passed: string[] = [];
  for (let presses = 0; presses < 40; presses += 1) {
    await page.keyboard.press('Tab');
    const here = await focused();
    if (here === name) return;
    passed.push(here);
  }
  throw new Error(`Tab does not reach ${name}, only ${passed.join(', ')}`);
}

async function fill(fields: Record<string, string>): Promise<void> {
  for (const [label, value] of Object.entries(fields)) {
    await tabTo(label);
    await page.keyboard.type(value);
  }
  await page.keyboard.press('Enter');
}

async function signIn(email: string): Promise<void> {
  await fill({ 'Email address or username': email, Password: PASSWORD });
}

describe.skipIf(browserMissing ?? exampleMissing)('the example in React', () => {
  beforeAll(async () => {
    [example, browser] = await Promise.all([exampleApp(), startBrowser({ locale: 'en' })]);
    page = await browser.context.newPage();
    page.on('pageerror', ({ message }) => faults.push(message));
    page.on('console', (message) => message.type() === 'error' && faults.push(message.text()));
  });

  afterAll(async () => {
    await browser?.close();
    await example?.close();
  });

  it('is used by keyboard alone, from the sign-up to the sign-out', async () => {
    const { gateway, origin } = example;
    const email = newEmail();
    await page.goto(origin);
    await heading('Sign in');
    await tabTo('Create an account');
    await page.keyboard.press('Enter');
    await heading('Create an account');
    expect(await focused()).toBe('Create an account');
    expect(await page.title()).toBe('Create an account · Gatehouse example');
    await fill({ 'Name (optional)': 'Ada', 'Email address': email, Password: PASSWORD });

    await heading('Verify your address');
    const { code } = await gateway.mailTo(email, { mail: 'verify-email' });
    await fill({ 'Code from the email': code ?? '' });
    await heading('Profile');
    expect(await focused()).toBe('Profile');

    await tabTo('Sign out');
    await page.keyboard.press('Enter');
    await page.getByText('You are signed out.').waitFor();
    await signIn(email);
    await heading('Profile');

    await tabTo('Security');
    await page.keyboard.press('Enter');
    await heading('Security');
    await page.getByRole('button', { name: 'Set up an authenticator app' }).waitFor();
    await tabTo('Set up an authenticator app');
    await page.keyboard.press('Enter');
    const key = await page.getByText('type the key:').textContent();
    expect(await focused()).toContain('type the key:');
    const secret = key?.split('key:')[1]?.replaceAll(' ', '') ?? '';
    await fill({ 'Code that the app shows': appCode(gateway, secret) });
    await page.getByRole('heading', { name: 'Recovery codes' }).waitFor();
    expect(await page.locator('.codes li').count()).toBe(10);
    expect(await focused()).toContain('Keep these codes.');
    await tabTo('I have kept them');
    await page.keyboard.press('Enter');
    await page.getByText('On: a sign-in needs your authenticator app.').waitFor();

    toNextStep(gateway);
    await complete(gateway, await challengeOf(gateway, email), appCode(gateway, secret));
    await tabTo('Sessions');
    await page.keyboard.press('Enter');
    await heading('Sessions');
    await page.getByRole('button', { name: 'End all others' }).waitFor();
    expect(await page.locator('.list li').count()).toBe(2);
    await tabTo('End all others');
    await page.keyboard.press('Enter');
    await page.getByText('You are signed in nowhere else.').waitFor();

    await tabTo('Sign out');
    await page.keyboard.press('Enter');
    await page.getByText('You are signed out.').waitFor();
    await signIn(email);
    await heading('Second factor');
    expect(await focused()).toBe('Second factor');
    toNextStep(gateway);
    await fill({ 'Code of your authenticator app, or a recovery code': appCode(gateway, secret) });
    await heading('Sessions');
  });

  it('shows a sign-out in another tab, and takes the user back after the next sign-in', async () => {
    const { gateway, origin } = example;
    const { email } = await verifiedUser(gateway);
    await browser.context.clearCookies();
    await page.goto(`${origin}/activity`);
    await heading('Sign in');
    await signIn(email);
    await heading('Activity');
    const other = await browser.context.newPage();
    await other.goto(origin);
    await other.getByRole('button', { name: 'Sign out' }).click();
    await page.getByText('You signed out in another tab.').waitFor();
    await signIn(email);
    await heading('Activity');
    await other.close();
  });

  it('waits while the gateway cannot be reached, and then shows the page by itself', async () => {
    const { origin, gatewayOrigin } = example;
    await page.route(`${gatewayOrigin}/**`, (route) => route.abort());
    await page.goto(origin);
    await page.getByText('The server cannot be reached.').waitFor();
    await heading('Welcome back');
    await page.unroute(`${gatewayOrigin}/**`);
    await heading('Profile');
    expect(await page.getByText('The server cannot be reached.').count()).toBe(0);
    faults.length = 0; // the browser reports each request that failed
  });

  it('takes the token of a mailed link out of the address bar, and uses it when its button is pressed', async () => {
    const { gateway, origin } = example;
    const { email } = await verifiedUser(gateway);
    await browser.context.clearCookies();
    await page.goto(`${origin}/forgot`);
    await fill({ 'Email address': email });
    await heading('Enter the code');
    const { link } = await gateway.mailTo(email, { mail: 'reset-password' });
    expect(link).toMatch(`${origin}/reset-password#token=`);
    await page.goto(link ?? '');
    await heading('Choose a new password');
    await fill({ 'New password': 'Quiet-Lantern-52' });
    await page.getByText('Your password is changed.').waitFor();
    expect(page.url()).toBe(`${origin}/login`);
    await page.goBack();
    expect(page.url()).not.toContain('token');
  });

  it('follows every link of a mail, and asks for the password before a change of address', async () => {
    const { gateway, origin } = example;
    const [email, newAddress] = [newEmail(), newEmail()];
    await gateway.ask(SignupDocument, { input: { email, password: PASSWORD } });
    await page.goto((await gateway.mailTo(email, { mail: 'verify-email' })).link ?? '');
    await page.getByRole('button', { name: 'Verify my address' }).click();
    await heading('Profile');

    await page.getByLabel('New email address').fill(newAddress);
    await page.getByRole('button', { name: 'Send a code there' }).click();
    await page.getByRole('dialog').getByLabel('Password').fill(PASSWORD);
    await page.getByRole('button', { name: 'Confirm' }).click();
    const { code } = await gateway.mailTo(newAddress);
    await page.getByLabel('Code from the email').fill(code ?? '');
    await page.getByRole('button', { name: 'Change the address' }).click();
    await page.getByText(`Your address is ${newAddress}.`).waitFor();

    await page.goto((await gateway.mailTo(email, { mail: 'email-changed' })).link ?? '');
    await page.getByRole('button', { name: 'Restore my address' }).click();
    await heading('Done');
    await page.goto(`${origin}/security`);
    await heading('Sign in');

    const { email: other } = await verifiedUser(gateway);
    for (const from of ['192.0.2.1', '198.51.100.1']) await loggedIn(gateway, other, { ask: { from } });
    await page.goto((await gateway.mailTo(other, { mail: 'new-device' })).link ?? '');
    await page.getByRole('button', { name: 'It was not me' }).click();
    await heading('Done');
  });

  it('deletes the account, and says so at the sign-in', async () => {
    const { gateway, origin } = example;
    const { email } = await verifiedUser(gateway);
    await page.goto(`${origin}/delete`);
    await heading('Sign in');
    await signIn(email);
    await heading('Delete your account');
    await page.getByLabel('Password').fill('Wrong-Horse-1-Staple');
    await page.getByRole('button', { name: 'Delete my account' }).click();
    await page.getByRole('alert').waitFor();
    await page.getByLabel('Password').fill(PASSWORD);
    await page.getByRole('button', { name: 'Delete my account' }).click();
    await page.getByText('Your account is deleted.').waitFor();
    await page.reload();
    await signIn(email);
    await page.getByRole('alert').waitFor();
  });

  it('counts down in sight each second, and aloud at 30, 10 and 0', async () => {
    const { origin } = example;
    await page.clock.install();
    await page.goto(`${origin}/signup`);
    await fill({ 'Email address': newEmail(), Password: PASSWORD });
    await heading('Verify your address');
    const resend = page.locator('form', { hasText: 'Send another code' });
    const [inSight, aloud] = [new Set<string | null>(), new Set<string | null>()];
    while (!aloud.has('Try again now.') && inSight.size < 300) {
      const seen = resend.locator('.countdown');
      if ((await seen.count()) > 0) inSight.add(await seen.textContent());
      aloud.add(await resend.locator('[aria-live]').textContent());
      await page.clock.runFor(1_000);
    }
    expect(inSight.size).toBeGreaterThan(50);
    expect([...aloud]).toEqual(['', 'Again in 30 seconds.', 'Again in 10 seconds.', 'Try again now.']);
  });

  it('has thrown nothing', () => expect(faults).toEqual([]));
});

import type { Page } from 'playwright-core';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest';
import { LoginDocument } from '../generated/operations.js';
import { accountOf } from '../support/accounts.js';
import { PASSWORD } from '../support/journey.js';
import { appCode, toNextStep } from '../support/totp.js';
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

// A browser on a busy machine takes its time.
vi.setConfig({ testTimeout: 120_000, hookTimeout: 120_000 });

const STEP_UP_SECONDS = 660;
const MOST_TABS = 60;

if (browserMissing !== undefined) process.stderr.write(`${browserMissing}\n`);

describe.skipIf(browserMissing)('the page of administration in a browser', () => {
  let here: AdminGateway;
  let browser: Browser;
  let page: Page;
  let faults: string[];
  let admin: StaffAccount;

  const says = (text: string | RegExp) => page.getByRole('status').filter({ hasText: text }).waitFor();
  const heading = (name: string) => page.getByRole('heading', { name, exact: true }).waitFor();

  /** Presses Tab until the element with this text or label has the focus. */
  async function tabTo(text: string): Promise<void> {
    for (let tabs = 0; tabs < MOST_TABS; tabs += 1) {
      await page.keyboard.press('Tab');
      const labels = await page.evaluate<string[]>(
        '[document.activeElement.textContent, document.activeElement.labels?.[0]?.textContent]',
      );
      if (labels.includes(text)) return;
    }
    throw new Error(`Tab does not reach ${text}.`);
  }

  async function lock(email: string): Promise<void> {
    const input = { identifier: email, password: 'Wrong-Horse-1-Staple' };
    for (let tries = 0; tries < 6; tries += 1)
      await here.gateway.ask(LoginDocument, { input }, { from: '203.0.113.7' });
  }

  beforeAll(async () => {
    // A locked name and a required factor need no real mail and no limits.
    [here, browser] = await Promise.all([
      adminGateway({ env: { TWO_FACTOR_REQUIRED_ROLES: 'admin' } }),
      startBrowser({ locale: 'en-GB' }),
    ]);
    admin = await staffAccount(here.gateway, 'admin', 'boss@example.com');
  });

  beforeEach(async () => {
    await browser.context.clearCookies();
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

  it('opens a shared link with its filter after the sign-in, and after a reload', async () => {
    await plainAccount(here.gateway, 'user', 'shared.link@example.com');
    await page.goto(here.at('/users?text=shared.link'));
    await signInOn(page, here.gateway, admin);
    await page.getByRole('link', { name: 'shared.link@example.com' }).waitFor();
    expect(await page.locator('tbody tr').count()).toBe(1);
    expect(await page.getByRole('searchbox').inputValue()).toBe('shared.link');
    await page.reload();
    await page.getByRole('link', { name: 'shared.link@example.com' }).waitFor();
    await page.getByLabel('Role').selectOption('support');
    await page.getByText('No account matches.').waitFor();
    expect(new URL(page.url()).search).toBe('?text=shared.link&role=support');
    await page.goBack();
    await page.getByRole('link', { name: 'shared.link@example.com' }).waitFor();
  });

  it('shows nothing any more after a sign-out, also if the gateway does not answer it', async () => {
    await page.goto(here.at());
    await signInOn(page, here.gateway, admin);
    await page.route('**/graphql', () => undefined);
    await page.getByRole('button', { name: 'Sign out' }).click();
    await heading('Sign in');
    expect(await page.getByRole('navigation', { name: 'Administration' }).count()).toBe(0);
  });

  it('serves an ordinary day by the keyboard alone', async () => {
    const bob = await plainAccount(here.gateway, 'user', 'bob.locked@example.com');
    await lock(bob.email);
    await page.goto(here.at());
    await heading('Sign in');
    await page.keyboard.type(admin.email);
    await page.keyboard.press('Tab');
    await page.keyboard.type(PASSWORD);
    await page.keyboard.press('Enter');
    await heading('Second step');
    toNextStep(here.gateway);
    await page.keyboard.type(appCode(here.gateway, admin.secret));
    await page.keyboard.press('Enter');
    await heading('Overview');

    await tabTo('Users');
    await page.keyboard.press('Enter');
    await page.locator('tbody').waitFor();
    expect(await page.evaluate('document.activeElement.textContent')).toBe('Users');
    await page.keyboard.press('/');
    await page.keyboard.type('bob.locked');
    await page.getByText('1 account', { exact: true }).waitFor();
    expect(await page.evaluate('document.activeElement.type')).toBe('search');
    await tabTo(bob.email);
    await page.keyboard.press('Enter');
    await page.getByRole('heading', { name: 'Why can bob.locked@example.com not sign in?' }).waitFor();
    await page.getByText('locked after too many failed attempts', { exact: false }).waitFor();
    await page.getByText('from 203.0.113.7').waitFor();

    await tabTo('Unlock…');
    await page.keyboard.press('Enter');
    await heading(`Unlock ${bob.email}?`);
    await page.keyboard.press('Escape');
    expect(await page.evaluate('document.activeElement.textContent')).toBe('Unlock…');
    await page.keyboard.press('Enter');
    await page.keyboard.press('Tab');
    await page.keyboard.type('HELP-7');
    await page.keyboard.press('Enter');
    await says(`${bob.email} is unlocked.`);
    await page.getByRole('heading', { name: /^Why can/ }).waitFor({ state: 'detached' });
    expect(
      (await here.gateway.ask(LoginDocument, { input: { identifier: bob.email, password: PASSWORD } })).data.login,
    ).toMatchObject({ __typename: 'LoginSuccess' });

    // The access token expires meanwhile, too: it is renewed before the factors are asked for.
    here.gateway.clock.advance(STEP_UP_SECONDS + 600);
    await tabTo('Disable account…');
    await page.keyboard.press('Enter');
    await heading(`Disable ${bob.email}?`);
    await tabTo('Disable account');
    await page.keyboard.press('Enter');
    await heading('Confirm that it is you');
    expect(await violationsOn(page)).toEqual([]);
    await page.keyboard.type(PASSWORD);
    await page.keyboard.press('Tab');
    await page.keyboard.type(appCode(here.gateway, admin.secret));
    await page.keyboard.press('Enter');
    await says(`${bob.email} is disabled`);
    await page.locator('h1 + .badge').getByText('Disabled').waitFor();

    await tabTo('Delete account…');
    await page.keyboard.press('Enter');
    await page.keyboard.type('another@example.com');
    await page.keyboard.press('Enter');
    await page.getByRole('alert').waitFor();
    expect(await accountOf(here.gateway, bob.email)).not.toBeNull();
    await tabTo('Type the address to confirm');
    await page.keyboard.press('Control+A');
    await page.keyboard.type(bob.email);
    await page.keyboard.press('Enter');
    await says(`${bob.email} is deleted.`);
    await heading('Users');
    expect(new URL(page.url()).pathname).toBe('/admin/users');
    expect(await accountOf(here.gateway, bob.email)).toBeNull();
  });

  it('lets an admin whose role requires a second factor turn it on', async () => {
    const { email } = await plainAccount(here.gateway, 'admin', 'fresh.admin@example.com');
    await page.goto(here.at('/users?role=admin'));
    await page.getByLabel('Email address or username').fill(email);
    await page.getByLabel('Password').fill(PASSWORD);
    await page.keyboard.press('Enter');
    await heading('Turn on your second factor');
    expect(await violationsOn(page)).toEqual([]);
    await page.getByLabel('Password').fill(PASSWORD);
    await page.keyboard.press('Enter');
    await heading('Add the account to your app');
    expect(await violationsOn(page)).toEqual([]);
    const secret = (await page.locator('.secret code').innerText()).replaceAll(' ', '');
    await page.getByLabel('Code').fill(appCode(here.gateway, secret));
    await page.keyboard.press('Enter');
    await heading('Keep these recovery codes');
    expect(await violationsOn(page)).toEqual([]);
    expect(await page.locator('.codes li').count()).toBe(10);
    await page.getByRole('button', { name: 'I have kept them' }).click();
    await heading('Users');
    await page.getByRole('link', { name: email }).waitFor();
  });

  it('tells another role that it is not an admin', async () => {
    const { email } = await plainAccount(here.gateway, 'user', 'nobody@example.com');
    await page.goto(here.at());
    await page.getByLabel('Email address or username').fill(email);
    await page.getByLabel('Password').fill('Wrong-Horse-1-Staple');
    await page.keyboard.press('Enter');
    await page.getByText('Unknown account or wrong password.').waitFor();
    await page.getByLabel('Password').fill(PASSWORD);
    await page.keyboard.press('Enter');
    await heading('This account is not an admin');
    expect(await violationsOn(page)).toEqual([]);
    await page.getByRole('button', { name: 'Use another account' }).click();
    await heading('Sign in');
    await page.reload();
    await heading('Sign in');
  });

  it('shows support only what it may do', async () => {
    const greta = await staffAccount(here.gateway, 'support', 'greta@example.com');
    const { id } = await plainAccount(here.gateway, 'user', 'helped@example.com');
    await page.goto(here.at(`/users/${id}`));
    await signInOn(page, here.gateway, greta);
    await page.getByRole('button', { name: 'Send password reset…' }).waitFor();
    expect(await page.locator('.acts button').allTextContents()).toEqual(['Send password reset…']);
    await page.getByRole('link', { name: 'Users', exact: true }).click();
    await page.getByRole('link', { name: admin.email }).click();
    await page.getByText('Support may not act on an admin.').waitFor();
    expect(await page.locator('.acts button').count()).toBe(0);
    await page.getByRole('link', { name: '← Users' }).click();
    await page.getByRole('searchbox').waitFor();
    expect(await page.getByRole('button', { name: /Export|Invite/ }).count()).toBe(0);
  });

  it('invites, exports, and loads each page in one round trip', async () => {
    await page.goto(here.at('/users?text=example.com'));
    await signInOn(page, here.gateway, admin);
    await page.getByRole('button', { name: 'Invite' }).click();
    await page.getByLabel('Email address').fill('invited@example.com');
    await page.getByLabel('Name', { exact: true }).fill('Ina');
    await page.getByRole('button', { name: 'Send the invitation' }).click();
    await says('invited@example.com is invited.');
    await page.getByRole('heading', { name: 'Why can Ina not sign in?' }).waitFor();

    const requests: string[] = [];
    page.on('request', (request) => {
      if (request.url().endsWith('/graphql'))
        requests.push(/(?:query|mutation) (\w+)/.exec(request.postData() ?? '')?.[1] ?? '');
    });
    await page.getByRole('link', { name: 'Overview' }).click();
    await page.locator('.tiles').waitFor();
    await page.getByRole('link', { name: 'Users', exact: true }).click();
    await page.getByRole('link', { name: 'invited@example.com' }).click();
    await page.locator('.pair').waitFor();
    expect(requests).toEqual(['AdminOverview', 'AdminStatus', 'AdminUsers', 'AdminUserPage']);
    requests.length = 0;
    await page.reload();
    await page.locator('.pair').waitFor();
    expect(requests).toEqual(['RefreshWithAccount', 'AdminUserPage']);

    await page.goto(here.at('/users?text=invited'));
    await page.getByRole('button', { name: 'Export' }).click();
    const saved = page.waitForEvent('download');
    await page.getByRole('button', { name: 'Save the file' }).click();
    expect((await saved).suggestedFilename()).toBe('users.csv');
    await says('The file is saved.');
  });

  it('keeps what it shows while the gateway fails, and says how to go on', async () => {
    await page.goto(here.at('/users'));
    await signInOn(page, here.gateway, admin);
    await page.locator('tbody').waitFor();
    const answers = [
      { status: 200, body: { errors: [{ message: 'x', extensions: { code: 'INTERNAL_SERVER_ERROR' } }] } },
      {
        status: 200,
        body: { errors: [{ message: 'x', extensions: { code: 'RATE_LIMITED', retryAfterSeconds: 90 } }] },
      },
    ];
    await page.route('**/graphql', (route) => {
      const answer = answers.shift();
      if (answer === undefined) return route.abort();
      const { status, body } = answer;
      return route.fulfill({ status, json: body, headers: { 'x-request-id': 'request-id-12345' } });
    });
    const retry = page.getByRole('button', { name: 'Try again' });
    await page.getByRole('button', { name: 'Reload' }).click();
    await page.getByRole('alert').getByText('request-id-12345').waitFor();
    expect(await page.locator('tbody tr').count()).toBeGreaterThan(0);
    await retry.click();
    await page.getByText('Too many requests. Try again in 90 seconds.').waitFor();
    await retry.click();
    await page.getByText('The gateway cannot be reached.').waitFor();
    expect(await violationsOn(page)).toEqual([]);
    await page.unroute('**/graphql');
    await retry.click();
    await retry.waitFor({ state: 'detached' });
    faults = faults.filter((fault) => !fault.includes('ERR_FAILED'));
  });
});

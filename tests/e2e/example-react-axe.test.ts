import type { Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { LoginDocument } from '../generated/operations.js';
import { loggedIn, newEmail, PASSWORD, verifiedUser } from '../support/journey.js';
import { appCode } from '../support/totp.js';
import { violationsOn } from './axe.js';
import { type Browser, browserMissing, startBrowser } from './browser.js';
import { type ExampleApp, exampleApp, exampleMissing } from './example-app.js';

// A browser on a busy machine takes its time.
vi.setConfig({ testTimeout: 180_000, hookTimeout: 120_000 });

const WIDTHS = [320, 390, 768, 1280];
const RULES = ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa', 'best-practice'];

let example: ExampleApp;
let browser: Browser;
let page: Page;

const press = (name: string) => page.getByRole('button', { name, exact: true }).click();
const shown = (text: string) => page.getByText(text).first().waitFor();
const type = (label: string, text: string) => page.getByLabel(label, { exact: true }).fill(text);

/** What is wrong on every width, in light and in dark. */
async function wrongIn(state: string): Promise<string[]> {
  const found: string[] = [];
  for (const width of WIDTHS) {
    await page.setViewportSize({ width, height: 800 });
    for (const colorScheme of ['light', 'dark'] as const) {
      await page.emulateMedia({ colorScheme, reducedMotion: 'reduce' });
      const rules = colorScheme === 'light' ? RULES : ['color-contrast'];
      const where = `${state}, ${width} px, ${colorScheme}`;
      found.push(...(await violationsOn(page, rules)).map((line) => `${where}: ${line}`));
    }
    const overflow = await page.evaluate<number>('document.documentElement.scrollWidth - innerWidth');
    if (overflow > 0) found.push(`${state}, ${width} px: ${overflow} px too wide`);
  }
  const counts = await page.evaluate(
    "[document.querySelectorAll('main').length, document.querySelectorAll('h1').length].join()",
  );
  if (counts !== '1,1') found.push(`${state}: main and h1 are there ${counts} times`);
  return found;
}

async function signIn(email: string): Promise<void> {
  await page.goto(`${example.origin}/login`);
  await type('Email address or username', email);
  await type('Password', PASSWORD);
  await press('Sign in');
  await page.getByRole('heading', { name: 'Profile' }).waitFor();
}

/** Pages for everybody: the path and what is done there. */
const states: [state: string, path: string, act: () => Promise<unknown>][] = [
  ['sign-up', '/signup', () => shown('a capital letter')],
  [
    'sign-up, field errors',
    '/signup',
    async () => {
      await type('Email address', 'nobody');
      await type('Password', PASSWORD);
      await press('Create the account');
      await page.locator('[aria-invalid]').waitFor();
    },
  ],
  [
    'verification',
    '/signup',
    async () => {
      await type('Email address', newEmail());
      await type('Password', PASSWORD);
      await press('Create the account');
      await shown('Again in');
    },
  ],
  [
    'verification by link',
    '/verify-email#token=none',
    () => press('Verify my address').then(() => page.getByRole('alert').waitFor()),
  ],
  ['sign-in', '/login', () => shown('Stay signed in')],
  ['sign-in, nothing typed', '/login', () => press('Sign in')],
  [
    'sign-in, wrong password',
    '/login',
    async () => {
      await type('Email address or username', newEmail());
      await type('Password', 'Wrong-Horse-1-Staple');
      await press('Sign in');
      await page.getByRole('alert').waitFor();
    },
  ],
  [
    'sign-in, locked',
    '/login',
    async () => {
      const identifier = newEmail();
      const input = { identifier, password: 'Wrong-Horse-1-Staple' };
      for (let tries = 0; tries < 6; tries += 1) await example.gateway.ask(LoginDocument, { input });
      await type('Email address or username', identifier);
      await type('Password', PASSWORD);
      await press('Sign in');
      await shown('Again in');
    },
  ],
  [
    'sign-in, address not verified',
    '/signup',
    async () => {
      const email = newEmail();
      await type('Email address', email);
      await type('Password', PASSWORD);
      await press('Create the account');
      await page.getByRole('link', { name: 'To the sign-in' }).click();
      await type('Email address or username', email);
      await type('Password', PASSWORD);
      await press('Sign in');
      await page.getByRole('button', { name: 'Start again' }).waitFor();
    },
  ],
  ['password forgotten', '/forgot', () => shown('Send the email')],
  [
    'password forgotten, code',
    '/forgot',
    async () => {
      await type('Email address', newEmail());
      await press('Send the email');
      await type('Code from the email', '000000');
      await press('Continue');
      await page.locator('[aria-invalid]').waitFor();
    },
  ],
  ['new password without a link', '/reset-password', () => shown('Open the link')],
  ['new password', '/reset-password#token=none', () => shown('a digit')],
  ['report without a link', '/report-session', () => shown('Open this page')],
  ['report', '/report-session#token=none', () => shown('It was not me')],
  [
    'revert',
    '/revert-email#token=none',
    () => press('Restore my address').then(() => page.getByRole('alert').waitFor()),
  ],
];

describe.skipIf(browserMissing ?? exampleMissing)('the looks of the example', () => {
  beforeAll(async () => {
    [example, browser] = await Promise.all([exampleApp(), startBrowser({ locale: 'en' })]);
    page = await browser.context.newPage();
  });

  afterAll(async () => {
    await browser?.close();
    await example?.close();
  });

  it.each(states)('has no violation: %s', async (state, path, act) => {
    await page.goto('about:blank');
    await page.goto(example.origin + path);
    await act();
    expect(await wrongIn(state)).toEqual([]);
  });

  it('has no violation while it is busy, restoring, and the gateway away', async () => {
    const all = `${example.gatewayOrigin}/graphql`;
    await page.goto(`${example.origin}/login`);
    await type('Email address or username', newEmail());
    await type('Password', PASSWORD);
    await page.route(all, () => undefined); // no answer
    await press('Sign in');
    await page.locator('[aria-busy="true"]').waitFor();
    const found = await wrongIn('busy');
    await page.unroute(all);
    await page.route(all, (route) => route.abort());
    await page.goto(example.origin);
    await shown('The server cannot be reached.');
    found.push(...(await wrongIn('restoring, gateway away')));
    await page.unroute(all);
    expect(found).toEqual([]);
  });

  it('has no violation on the pages of a signed-in user', async () => {
    const { gateway } = example;
    const { email } = await verifiedUser(gateway);
    await signIn(email);
    await page.getByLabel('Username').waitFor();
    const found = await wrongIn('profile');
    await press('Save');
    await shown('Saved.');
    found.push(...(await wrongIn('profile, saved')));

    await page.getByRole('link', { name: 'Sessions' }).click();
    await shown('You are signed in nowhere else.');
    found.push(...(await wrongIn('sessions, one')));
    await loggedIn(gateway, email, { deviceName: 'Elsewhere' });
    await page.reload();
    await shown('Elsewhere');
    found.push(...(await wrongIn('sessions')));

    await page.getByRole('link', { name: 'Activity' }).click();
    await shown('Login');
    found.push(...(await wrongIn('activity')));

    await page.getByRole('link', { name: 'Security' }).click();
    await page.getByRole('button', { name: 'Set up an authenticator app' }).waitFor();
    found.push(...(await wrongIn('security')));
    gateway.clock.advance(11 * 60);
    await press('Set up an authenticator app');
    await page.getByRole('dialog').waitFor();
    found.push(...(await wrongIn('step-up')));
    await page.getByRole('dialog').getByLabel('Password').fill(PASSWORD);
    await press('Confirm');
    await shown('type the key:');
    found.push(...(await wrongIn('enrolment')));
    const secret = (await page.getByText('type the key:').textContent())?.split('key:')[1]?.replaceAll(' ', '');
    await type('Code that the app shows', appCode(gateway, secret ?? ''));
    await press('Turn it on');
    await shown('Keep these codes.');
    found.push(...(await wrongIn('recovery codes')));
    await press('I have kept them');
    for (const summary of await page.locator('summary').all()) await summary.click();
    found.push(...(await wrongIn('security, second factor')));

    await page.goto(`${example.origin}/delete`);
    await page.getByRole('button', { name: 'Delete my account' }).waitFor();
    found.push(...(await wrongIn('deletion')));
    await press('Sign out');
    await shown('You are signed out.');
    found.push(...(await wrongIn('signed out')));
    expect(found).toEqual([]);
  });
});

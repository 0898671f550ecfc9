// Takes the screenshots of the README from a gateway of its own: the IDE after a sign-up, the mailbox with the resulting email,
// the email itself, the overview of administration and a locked account. Requires Chromium.
//
//   npm run screenshots

import { mkdirSync } from 'node:fs';
import { startBrowser } from '../tests/e2e/browser.ts';
import { ADMIN, LOCKED, PASSWORD, startSampleGateway } from './support/sample-gateway.js';

const FOLDER = 'docs/images';
const EMAIL = 'new.user@example.com'; // as in the first tab of the IDE
const WIDE = { width: 1160, height: 640 };

async function takeIde(page, address) {
  await page.goto(`${address}/ide`);
  await page.getByRole('button', { name: 'Execute query' }).click();
  await page.locator('.result-window').getByText('SignupAccepted').waitFor();
  await page.screenshot({ path: `${FOLDER}/ide.png` });
}

async function takeMail(page, address) {
  await page.goto(`${address}/dev/mail`);
  await page.frameLocator('iframe').locator('body').waitFor();
  await page.getByText(EMAIL).first().click();
  await page.screenshot({ path: `${FOLDER}/mailbox.png` });

  const mails = await (await fetch(`${address}/dev/mail.json`)).json();
  const { id } = mails.find(({ to }) => to === EMAIL);
  await page.setViewportSize({ width: 640, height: 400 });
  await page.goto(`${address}/dev/mail/html/${id}`);
  await page.screenshot({ path: `${FOLDER}/email.png`, fullPage: true });
}

async function takeAdministration(page, address) {
  await page.setViewportSize({ ...WIDE, height: 700 });
  await page.goto(`${address}/admin`);
  await page.getByLabel('Email address or username').fill(ADMIN);
  await page.getByLabel('Password').fill(PASSWORD);
  await page.keyboard.press('Enter');
  await page.locator('.tiles').waitFor();
  await page.screenshot({ path: `${FOLDER}/admin-overview.png` });
  await page.getByRole('link', { name: 'Users', exact: true }).click();
  await page.getByRole('link', { name: LOCKED.email }).click();
  await page.locator('.pair').waitFor();
  await page.mouse.move(0, 0);
  await page.screenshot({ path: `${FOLDER}/admin-user.png` });
}

const gateway = await startSampleGateway();
const browser = await startBrowser({ viewport: WIDE, colorScheme: 'light', locale: 'en-US' });
try {
  mkdirSync(FOLDER, { recursive: true });
  const page = await browser.context.newPage();
  await takeIde(page, gateway.address);
  await takeMail(page, gateway.address);
  await takeAdministration(page, gateway.address);
} finally {
  await browser.close();
  await gateway.stop();
}

// Takes the screenshots of the README from a running gateway, preferably a fresh one: the IDE after a sign-up, the mailbox with
// the resulting email, and the email itself. Requires Chromium.
//
//   npm run screenshots [-- http://localhost:4000]

import { mkdirSync } from 'node:fs';
import { startBrowser } from '../tests/e2e/browser.ts';

const address = (process.argv[2] ?? `http://localhost:${process.env.PORT || 4000}`).replace(/\/$/, '');
const FOLDER = 'docs/images';
const EMAIL = 'new.user@example.com'; // as in the first tab of the IDE

const browser = await startBrowser({ viewport: { width: 1160, height: 640 }, colorScheme: 'light' });
try {
  mkdirSync(FOLDER, { recursive: true });
  const page = await browser.context.newPage();
  await page.goto(`${address}/ide`);
  await page.getByRole('button', { name: 'Execute query' }).click();
  await page.locator('.result-window').getByText('SignupAccepted').waitFor();
  await page.screenshot({ path: `${FOLDER}/ide.png` });

  await page.goto(`${address}/dev/mail`);
  await page.frameLocator('iframe').locator('body').waitFor();
  await page.screenshot({ path: `${FOLDER}/mailbox.png` });

  const mails = await (await fetch(`${address}/dev/mail.json`)).json();
  const { id } = mails.find(({ to }) => to === EMAIL);
  await page.setViewportSize({ width: 640, height: 400 });
  await page.goto(`${address}/dev/mail/html/${id}`);
  await page.screenshot({ path: `${FOLDER}/email.png`, fullPage: true });
} finally {
  await browser.close();
}

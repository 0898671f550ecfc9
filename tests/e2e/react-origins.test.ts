import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { quickUser } from '../support/accounts.js';
import { sharedGateway } from '../support/app.js';
import { serveApp } from '../support/app-server.js';
import { makeCertificates } from '../support/certificates.js';
import { temporaryDirectory } from '../support/temporary-directory.js';
import { browserMissing, startBrowser } from './browser.js';
import {
  allAnswered,
  app,
  ask,
  browser,
  direct,
  gateway,
  open,
  run,
  signIn,
  startReactApps,
  stateOf,
  unlisted,
  user,
} from './react-apps.js';

startReactApps();

describe.skipIf(browserMissing !== undefined)('f: apps under other origins', () => {
  it('an app on another port of the same site stays signed in after a reload', async () => {
    const page = await open(`/${direct('localhost')}`);
    await signIn(page);
    await page.reload();
    await page.getByText(`signed in as ${user.email}`).waitFor();
  }, 60_000);

  it('an origin that is not listed fails, and the log has the line to add', async () => {
    const page = await browser.context.newPage();
    await page.goto(`${unlisted.origin}/${direct('localhost')}`);
    await page.waitForFunction('globalThis.proof?.session.getState().trouble !== undefined');
    expect(await stateOf(page)).toMatchObject({ status: 'restoring' });
    expect(gateway.logLines.some((line) => line.includes('CORS_ORIGINS') && line.includes(unlisted.origin))).toBe(true);
  }, 60_000);

  it('a page of 127.0.0.1 that asks localhost is told in the console that its cookie is not kept', async () => {
    const page = await browser.context.newPage();
    const said: string[] = [];
    page.on('console', (message) => said.push(message.text()));
    await page.goto(`${app.origin.replace('localhost', '127.0.0.1')}/${direct('localhost')}`);
    await page.waitForFunction('globalThis.proof !== undefined');
    await signIn(page);
    expect(await ask(page)).toEqual(allAnswered());
    expect(said.join('\n')).toMatch(/cookie/i);
    expect(gateway.logLines.some((line) => line.includes('127.0.0.1') && line.includes('cookie'))).toBe(true);
  }, 60_000);

  it('an app of another site stays signed in with COOKIE_SAME_SITE=none, and its mutations pass the CSRF check', async () => {
    const { key, certificate } = makeCertificates(temporaryDirectory('tls'), 'DNS:localhost');
    const edge = await serveApp('', { key: readFileSync(key), cert: readFileSync(certificate) });
    const foreign = app.origin.replace('localhost', '127.0.0.1');
    const env = { COOKIE_SAME_SITE: 'none', PUBLIC_URL: edge.origin, CORS_ORIGINS: foreign };
    const crossSite = await sharedGateway({ env });
    const secure = await startBrowser({ ignoreHTTPSErrors: true, allCookies: true });
    try {
      edge.connect(await crossSite.app.http.listen({ host: '127.0.0.1', port: 0 }));
      const account = await quickUser(crossSite);
      const page = await secure.context.newPage();
      await page.goto(`${foreign}/?uri=${encodeURIComponent(`${edge.origin}/graphql`)}`);
      await page.waitForFunction('globalThis.proof !== undefined');
      await signIn(page, account);
      await page.reload();
      await page.getByText(`signed in as ${account.email}`).waitFor();
      await run(page, 'proof.session.signOut()');
      await page.reload();
      await page.getByText('login page').waitFor();
    } finally {
      await secure.close();
      await crossSite.close();
      await edge.close();
    }
  }, 60_000);
});

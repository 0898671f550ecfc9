import { setTimeout as sleep } from 'node:timers/promises';
import type { Page } from 'playwright-core';
import { afterAll, afterEach, beforeAll, beforeEach, expect } from 'vitest';
import { quickUser } from '../support/accounts.js';
import { sharedGateway, type TestGateway } from '../support/app.js';
import { type AppServer, bundleApp, serveApp } from '../support/app-server.js';
import { PASSWORD } from '../support/journey.js';
import { type Browser, browserMissing, startBrowser } from './browser.js';

/** Documents as an app writes them: they select no code and no tokens. */
export const documents = {
  login: 'mutation Login($input: LoginInput!) { login(input: $input) { __typename } }',
  changePassword:
    'mutation ChangePassword($input: ChangePasswordInput!) { changePassword(input: $input) { __typename } }',
};

export const TOKEN_SECONDS = 6;
/** The package renews a token in the last third of its life. */
const NEARLY_OVER_MILLISECONDS = TOKEN_SECONDS * 1000 * 0.75;
export const GRACE_SECONDS = 2;
/** The operation by which the package renews a session. */
export const REFRESH = 'GatehouseRefresh';

/** The app, whose requests are counted. */
export let app: AppServer;
/** The same app, built as for development. */
export let inDevelopment: AppServer;
/** The same app under an origin that the gateway does not know. */
export let unlisted: AppServer;
export let gateway: TestGateway;
export let gatewayAddress: string;
export let browser: Browser;
/** A new user for each test. */
export let user: { email: string; id: string };

/** Starts the apps, their gateway, and for each test a browser and a user. */
export function startReactApps(): void {
  beforeAll(async () => {
    if (browserMissing !== undefined) return;
    const script = await bundleApp('production');
    [app, inDevelopment, unlisted] = await Promise.all([
      serveApp(script),
      serveApp(await bundleApp('development')),
      serveApp(script),
    ]);
    const env = {
      ACCESS_TOKEN_TTL: `${TOKEN_SECONDS}s`,
      REFRESH_REUSE_GRACE_SECONDS: String(GRACE_SECONDS),
      CORS_ORIGINS: [app.origin, inDevelopment.origin, app.origin.replace('localhost', '127.0.0.1')].join(),
      PUBLIC_URL: app.origin,
    };
    gateway = await sharedGateway({ worker: true, env });
    gatewayAddress = await gateway.app.http.listen({ host: '127.0.0.1', port: 0 });
    for (const server of [app, inDevelopment, unlisted]) server.connect(gatewayAddress);
  });
  afterAll(async () => {
    await gateway?.close();
    for (const server of [app, inDevelopment, unlisted]) await server?.close();
  });

  beforeEach(async () => {
    browser = await startBrowser();
    user = await quickUser(gateway);
    app.reset();
  });
  afterEach(() => browser.close());
}

export const run = <Result>(page: Page, expression: string) => page.evaluate<Result>(expression);
export const ask = (page: Page, times = 1) => run<string[]>(page, `proof.ask(${times})`);
export const stateOf = (page: Page) => run<{ status: string; reason?: string }>(page, 'proof.session.getState()');
export const nearlyOver = () => sleep(NEARLY_OVER_MILLISECONDS);
export const allAnswered = (times = 1) => Array<string>(times).fill(user.email);

export async function open(path = '/'): Promise<Page> {
  const page = await browser.context.newPage();
  await page.goto(`${app.origin}${path}`);
  await page.waitForFunction('globalThis.proof !== undefined');
  return page;
}

export async function signIn(page: Page, { email } = user): Promise<void> {
  const input = { identifier: email, password: PASSWORD };
  const data = await run(page, `proof.mutate(${JSON.stringify(documents.login)}, ${JSON.stringify(input)})`);
  expect(data).toMatchObject({ login: { __typename: 'LoginSuccess' } });
}

/** Opens this many tabs of one signed-in user, and forgets what was sent for it. */
export async function signedInTabs(count: number, path = '/'): Promise<Page[]> {
  const first = await open(path);
  await signIn(first);
  const others: Page[] = [];
  for (let tab = 1; tab < count; tab += 1) others.push(await open(path));
  for (const page of [first, ...others]) await page.getByText(`signed in as ${user.email}`).waitFor();
  app.reset();
  return [first, ...others];
}

/** The address of the gateway itself, under a name. */
export const direct = (name: string) =>
  `?uri=${encodeURIComponent(`http://${name}:${new URL(gatewayAddress).port}/graphql`)}`;

export async function mailsAbout(kind: string): Promise<number> {
  return (await gateway.mails()).filter(({ to, mail }) => to === user.email && mail === kind).length;
}

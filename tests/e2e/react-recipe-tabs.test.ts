import { writeFileSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Page } from 'playwright-core';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { quickUser } from '../support/accounts.js';
import { sharedGateway, type TestGateway } from '../support/app.js';
import { type AppServer, bundleApp, serveApp } from '../support/app-server.js';
import { PASSWORD } from '../support/journey.js';
import { writeRecipe } from '../support/recipe.js';
import { type Browser, browserMissing, startBrowser } from './browser.js';

const TOKEN_SECONDS = 2;
/** The gateway accepts a token for this long after its end, for clocks that differ. */
const TOLERANCE_SECONDS = 5;
const GRACE_SECONDS = 2;
/** The recipe does not name its refresh. */
const REFRESH = 'anonymous';

/** What the tests use of a page: the recipe, and a query and a mutation of the app. */
const APP = `
import { gql } from '@apollo/client';
import { client, keepAccessToken, renew, signOut } from './recipe.js';
const ME = gql('query Me { me { id email } }');
async function askOnce() {
  try {
    const { data } = await client.query({ query: ME, fetchPolicy: 'no-cache', context: { queryDeduplication: false } });
    return data?.me?.email ?? 'nobody';
  } catch (error) {
    return error.name;
  }
}
async function mutate(document, input) {
  const { data } = await client.mutate({ mutation: gql(document), variables: { input } });
  const [member] = Object.values(data);
  keepAccessToken(member.tokens?.accessToken);
  return member.__typename;
}
globalThis.proof = { renew, signOut, mutate, ask: (times) => Promise.all(Array.from({ length: times }, askOnce)) };
`;

let app: AppServer;
let gateway: TestGateway;
let browser: Browser;
let user: { email: string; id: string };

/** Bundles the code of the guide with the app. */
async function bundleRecipe(): Promise<string> {
  const { folder, remove } = writeRecipe('/graphql');
  try {
    writeFileSync(`${folder}/app.js`, APP);
    return await bundleApp('production', `${folder}/app.js`);
  } finally {
    remove();
  }
}

const run = <Result>(page: Page, expression: string) => page.evaluate<Result>(expression);
const ask = (page: Page, times = 1) => run<string[]>(page, `proof.ask(${times})`);
const answered = (times = 1) => Array<string>(times).fill(user.email);
const expired = () => sleep((TOKEN_SECONDS + TOLERANCE_SECONDS + 1) * 1000);
const mutate = (page: Page, document: string, input: object) =>
  run<string>(page, `proof.mutate(${JSON.stringify(document)}, ${JSON.stringify(input)})`);

async function open(): Promise<Page> {
  const page = await browser.context.newPage();
  await page.goto(app.origin);
  await page.waitForFunction('globalThis.proof !== undefined');
  return page;
}

/** Opens this many tabs of one signed-in user, and forgets what was sent for it. */
async function signedInTabs(count: number): Promise<[Page, ...Page[]]> {
  const first = await open();
  const login =
    'mutation Login($input: LoginInput!) { login(input: $input) { ... on LoginSuccess { tokens { accessToken } } } }';
  expect(await mutate(first, login, { identifier: user.email, password: PASSWORD })).toBe('LoginSuccess');
  const others: Page[] = [];
  for (let tab = 1; tab < count; tab += 1) {
    const other = await open();
    expect(await run(other, 'proof.renew()')).toBe('renewed');
    others.push(other);
  }
  app.reset();
  return [first, ...others];
}

async function reuseMails(): Promise<number> {
  return (await gateway.mails()).filter(({ to, mail }) => to === user.email && mail === 'session-reuse').length;
}

describe.skipIf(browserMissing !== undefined)('the code of docs/react-without-package.md, in a browser', () => {
  beforeAll(async () => {
    app = await serveApp(await bundleRecipe());
    const env = {
      ACCESS_TOKEN_TTL: `${TOKEN_SECONDS}s`,
      REFRESH_REUSE_GRACE_SECONDS: String(GRACE_SECONDS),
      PUBLIC_URL: app.origin,
    };
    gateway = await sharedGateway({ worker: true, env });
    app.connect(await gateway.app.http.listen({ host: '127.0.0.1', port: 0 }));
  });
  afterAll(async () => {
    await gateway?.close();
    await app?.close();
  });
  beforeEach(async () => {
    browser = await startBrowser();
    user = await quickUser(gateway);
    app.reset();
  });
  afterEach(() => browser.close());

  it('a: five tabs with ten queries each and an expired token are all answered, with one refresh for each tab', async () => {
    const tabs = await signedInTabs(5);
    await expired();
    const answers = await Promise.all(tabs.map((tab) => ask(tab, 10)));
    expect(answers.flat()).toEqual(answered(50));
    expect([app.count(REFRESH), app.count('Me')]).toEqual([5, 100]);
    expect(await reuseMails()).toBe(0);
  }, 60_000);

  it('a2: a slow refresh during which two other tabs renew ends no session', async () => {
    const [first, second, third] = (await signedInTabs(3)) as [Page, Page, Page];
    await expired();
    let isFirst = true;
    app.fate = (operation) => {
      const isSlow = operation === REFRESH && isFirst;
      if (operation === REFRESH) isFirst = false;
      return isSlow ? { hold: sleep(1_500) } : undefined;
    };
    const slow = ask(first);
    await expect.poll(() => app.count(REFRESH)).toBe(1);
    expect([await ask(second), await ask(third), await slow]).toEqual([answered(), answered(), answered()]);
    expect(await ask(first)).toEqual(answered());
    expect(await reuseMails()).toBe(0);
  }, 60_000);

  it('c2: a cut connection fails, and then all is well', async () => {
    const [page] = await signedInTabs(1);
    app.fate = () => ({ cut: true });
    expect(await ask(page)).not.toEqual(answered());
    app.reset();
    expect(await ask(page)).toEqual(answered());
  }, 60_000);

  it('c4: a refresh whose answers were lost is repeated long after the grace', async () => {
    const [page] = await signedInTabs(1);
    await expired();
    app.fate = (operation) => (operation === REFRESH ? { lost: true } : undefined);
    await ask(page);
    await sleep((GRACE_SECONDS + 2) * 1000);
    app.reset();
    await page.reload();
    await page.waitForFunction('globalThis.proof !== undefined');
    expect(await run(page, 'proof.renew()')).toBe('renewed');
    expect(await ask(page)).toEqual(answered());
    expect(await reuseMails()).toBe(0);
  }, 60_000);

  it('c5: a page that loads while a proxy answers for the gateway stays signed in', async () => {
    const [page] = await signedInTabs(1);
    app.fate = (operation) =>
      operation === REFRESH ? { instead: { status: 502, body: '<h1>Bad gateway</h1>' } } : undefined;
    await page.reload();
    await page.waitForFunction('globalThis.proof !== undefined');
    expect(await run(page, 'proof.renew()')).toBe('trouble');
    app.reset();
    expect(await run(page, 'proof.renew()')).toBe('renewed');
    expect(await ask(page)).toEqual(answered());
  }, 60_000);

  it('g: a mutation whose refusal is data is repeated once', async () => {
    const [page] = await signedInTabs(1);
    await expired();
    const document = 'mutation Change($input: UpdateProfileInput!) { updateProfile(input: $input) { __typename } }';
    expect(await mutate(page, document, { displayName: 'Ada' })).toBe('ProfileUpdated');
    expect([app.count(REFRESH), app.count('Change')]).toEqual([1, 2]);
  }, 60_000);

  it('l: the queries of another tab go on after a change of the password', async () => {
    const [first, second] = (await signedInTabs(2)) as [Page, Page];
    const document = `mutation Change($input: ChangePasswordInput!) {
      changePassword(input: $input) { ... on PasswordChanged { tokens { accessToken } } }
    }`;
    const input = { currentPassword: PASSWORD, newPassword: `${PASSWORD}-next` };
    expect(await mutate(first, document, input)).toBe('PasswordChanged');
    expect(await ask(second, 5)).toEqual(answered(5));
    expect(app.count(REFRESH)).toBe(1);
  }, 60_000);
});

import { readFileSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import helmet from '@fastify/helmet';
import Fastify, { type FastifyInstance, type FastifyRequest } from 'fastify';
import { buildASTSchema, buildSchema, graphql, Kind, parse, validate } from 'graphql';
import type { Page } from 'playwright-core';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { registerDevMailbox } from '../../src/http/dev-mailbox.js';
import { registerIde } from '../../src/http/ide.js';
import type { CapturedMail } from '../../src/mail/captured-mail.js';
import { eventually } from '../support/eventually.js';
import { type Browser, browserMissing, startBrowser, watch } from './browser.js';

const HOSTED_POLICY =
  "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; connect-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'";

const documents: unknown[] = JSON.parse(readFileSync('src/http/pages/ide/generated/documents.json', 'utf8'));

let app: FastifyInstance;
let origin: string;
let mails: CapturedMail[] = [];
let requests: FastifyRequest[] = [];
let answer: (body: unknown) => unknown;

function mail(id: string, change: Partial<CapturedMail> = {}): CapturedMail {
  return {
    id,
    to: `${id}@example.com`,
    from: 'Gatehouse <no-reply@localhost>',
    subject: `Subject of ${id}`,
    text: `Text of ${id}`,
    html: `<!doctype html><html><head><title>t</title></head><body><p>HTML of ${id}</p></body></html>`,
    code: '042137',
    link: 'http://localhost:4000/verify-email#token=abc',
    mail: 'verification-code',
    sentAt: new Date(Date.UTC(2026, 0, 1, 12)).toISOString(),
    ...change,
  };
}

beforeAll(async () => {
  app = Fastify();
  const directives = { 'default-src': ["'none'"], 'frame-ancestors': ["'none'"], 'base-uri': ["'none'"] };
  await app.register(helmet, {
    contentSecurityPolicy: { useDefaults: false, directives },
    frameguard: { action: 'deny' },
  });
  registerDevMailbox(app, { list: async () => mails });
  registerIde(app, { graphqlPath: '/graphql', isForAdmins: false, introspection: true, needsCsrfToken: false });
  app.get('/ide/documents.json', async () => documents);
  app.post('/graphql', async (request) => {
    requests.push(request);
    return answer(request.body);
  });
  origin = await app.listen({ host: '127.0.0.1', port: 0 });
});

afterAll(() => app.close());

beforeEach(() => {
  mails = [];
  requests = [];
});

describe('the files of the pages', () => {
  it.each([
    ['/dev/mail', `${HOSTED_POLICY}; frame-src 'self'`],
    [
      '/ide',
      `${HOSTED_POLICY.replace("img-src 'self'", "img-src 'self' data:")}; font-src data:; require-trusted-types-for 'script'; trusted-types default`,
    ],
  ])('gives %s a strict policy in place of the one of the API', async (url, policy) => {
    const { headers, body } = await app.inject({ url });
    expect(headers['content-security-policy']).toBe(policy);
    expect(headers['content-type']).toBe('text/html; charset=utf-8');
    expect(headers['cache-control']).toBe('no-store');
    expect(headers['referrer-policy']).toBe('no-referrer');
    expect(headers['x-content-type-options']).toBe('nosniff');
    expect(body).not.toMatch(/<style|style=|<script(?![^>]* src=)| on[a-z]+=|\{\{/);
  });

  it.each(['/dev/mail', '/ide'])('serves every file that %s names', async (url) => {
    const { body } = await app.inject({ url });
    const names = [...body.matchAll(/(?:src|href)="([^"]+\.(?:js|css|svg))"/g)].map(([, name]) => name ?? '');
    expect(names.length).toBeGreaterThan(3);
    for (const name of names) {
      const { statusCode, headers } = await app.inject({ url: new URL(name, `http://localhost${url}`).pathname });
      expect({ name, statusCode }).toEqual({ name, statusCode: 200 });
      expect(headers['content-type']).toMatch(/; charset=utf-8$/);
      expect(headers['cache-control']).toBe('public, max-age=300');
    }
  });

  it.each([
    '/ide/../../package.json',
    '/ide/%2e%2e/%2e%2e/package.json',
    '/ide/vendor.json',
    '/ide/vendor/react.LICENSE.txt',
  ])('has nothing at %s', async (url) => expect((await app.inject({ url })).statusCode).toBe(404));
});

describe('the first tabs of the IDE', () => {
  it('D4: hold one operation each, which the schema knows', async () => {
    const schema = buildASTSchema(parse(await readFile('schema.graphql', 'utf8')), { assumeValidSDL: true });
    const { journeyOf } = await import(new URL('../../src/http/pages/ide/journey.js', import.meta.url).href);
    const journey: { query: string }[] = journeyOf(documents);
    expect(journey).toHaveLength(9);
    for (const { query } of journey) expect(validate(schema, parse(query))).toEqual([]);
    const operationsOf = (query: string) =>
      parse(query).definitions.filter(({ kind }) => kind === Kind.OPERATION_DEFINITION);
    for (const { query } of journey) expect(operationsOf(query)).toHaveLength(1);
  });
});

describe('the mailbox as data', () => {
  it('lists the newest mail first and only the public fields', async () => {
    mails = [
      mail('old'),
      mail('new', { code: null, link: null, sentAt: new Date(Date.UTC(2026, 0, 2)).toISOString() }),
    ];
    const answered = await app.inject({ url: '/dev/mail.json' });
    expect(answered.headers['cache-control']).toBe('no-store');
    const [newest, oldest] = answered.json();
    expect(newest).toMatchObject({ id: 'new', code: null, link: null });
    expect(Object.keys(oldest)).toEqual(['id', 'to', 'subject', 'text', 'html', 'code', 'link', 'sentAt']);
  });

  it('serves the HTML of a mail without scripts, requests and origin', async () => {
    mails = [mail('one')];
    const { headers, body } = await app.inject({ url: '/dev/mail/html/one' });
    expect(headers['content-security-policy']).toMatch(/^sandbox .*default-src 'none'; style-src 'unsafe-inline'/);
    expect(headers['content-security-policy']).not.toMatch(/script-src|allow-scripts|allow-same-origin/);
    expect(body).toContain('<head><base target="_blank">');
    expect((await app.inject({ url: '/dev/mail/html/other' })).statusCode).toBe(404);
  });
});

if (browserMissing !== undefined) process.stderr.write(`${browserMissing}\n`);

describe.skipIf(browserMissing)('the pages in a browser', () => {
  let browser: Browser;
  let page: Page;
  let faults: string[];

  beforeAll(async () => {
    browser = await startBrowser();
    await browser.context.grantPermissions(['clipboard-read', 'clipboard-write'], { origin });
  });

  beforeEach(async () => {
    page = await browser.context.newPage();
    faults = watch(page, origin);
  });

  afterEach(() => page.close());
  afterAll(() => browser?.close());

  it('shows what arrives in the mailbox and copies its code', async () => {
    await page.goto(`${origin}/dev/mail`);
    await page.getByRole('heading', { name: 'No email yet' }).waitFor();
    mails = [mail('first', { subject: '<img src=x onerror=alert(1)> is text' })];
    await page.getByRole('heading', { name: '<img src=x onerror=alert(1)> is text' }).waitFor();
    await page.getByRole('button', { name: 'Copy code' }).click();
    await page.getByRole('button', { name: 'Copied' }).waitFor();
    expect(await page.evaluate('navigator.clipboard.readText()')).toBe('042137');
    await page.frameLocator('iframe').getByText('HTML of first').waitFor();
    await page.getByRole('tab', { name: 'Text' }).click();
    await page.getByRole('tabpanel').getByText('Text of first').waitFor();
    expect(faults).toEqual([]);
  });

  it('goes through the mails with the arrow keys', async () => {
    mails = ['one', 'two', 'three'].map((id) => mail(id));
    await page.goto(`${origin}/dev/mail`);
    await page.getByRole('heading', { name: 'Subject of one' }).waitFor();
    await page.keyboard.press('ArrowDown');
    await page.getByRole('heading', { name: 'Subject of two' }).waitFor();
    expect(await page.locator('[aria-current]').getAttribute('data-id')).toBe('two');
    await page.getByLabel('Filter by address or subject').fill('three');
    expect(await page.locator('#mails li').count()).toBe(1);
  });

  it('never offers a link that is not one of the web', async () => {
    mails = [mail('odd', { link: 'javascript:alert(1)' })];
    await page.goto(`${origin}/dev/mail`);
    await page.getByRole('heading', { name: 'Subject of odd' }).waitFor();
    expect(await page.getByRole('link', { name: 'Open link' }).count()).toBe(0);
  });

  it('runs an operation in the IDE with a token that was typed', { timeout: 90_000 }, async () => {
    const schema = buildSchema('type Query { hello: String! }');
    answer = (body) => {
      const { query } = body as { query: string };
      return graphql({ schema, source: query, rootValue: { hello: 'from the gateway' } });
    };
    await page.goto(`${origin}/ide`);
    await page.getByRole('tab', { name: 'Signup' }).waitFor();
    // The tabs are kept soon after they are there, and without their headers; the next visit has them all the same.
    await eventually(async () => {
      const kept = await page.evaluate<Record<string, string>>('({ ...sessionStorage })');
      expect(Object.keys(kept)).toContain('graphiql:tabState');
    });
    await page.reload();
    await page.locator('.graphiql-editor-tool').getByText('"termsAccepted"').waitFor();
    const names = (await page.getByRole('tab').allTextContents()).map((text) => text.replace(' icon', ''));
    expect(names).toHaveLength(9);
    await page.locator('.graphiql-editor-tool .CodeMirror').nth(1).waitFor({ state: 'attached' });
    for (const name of ['Logout', 'Me', 'Me']) {
      await page.getByRole('tab', { name }).click();
      await eventually(async () => {
        const kept = await page.evaluate<string>("sessionStorage.getItem('graphiql:tabState')");
        expect(JSON.parse(kept)).toMatchObject({ activeTabIndex: names.indexOf(name) });
      });
      await page.reload();
      await page.getByRole('tab', { name, selected: true }).waitFor();
      expect(await page.locator('.graphiql-tab').count()).toBe(9);
    }
    await page.getByRole('button', { name: 'Headers', exact: true }).click();
    await page.locator('.graphiql-editor-tool .CodeMirror').nth(1).click();
    await page.keyboard.type('{"authorization": "Bearer typed');
    await page.locator('.graphiql-query-editor .CodeMirror').click();
    await page.keyboard.press('Control+A');
    await page.keyboard.type('{hello');
    await page.getByRole('button', { name: /Execute query/ }).click();
    await page.locator('.result-window').getByText('from the gateway').waitFor();
    const executed = requests.filter(({ body }) => (body as { query: string }).query.startsWith('{hello'));
    expect(executed.map(({ headers }) => headers)).toEqual([expect.anything()]);
    expect(executed[0]?.headers).toMatchObject({
      authorization: 'Bearer typed',
      'content-type': 'application/json',
      origin,
    });
    expect(JSON.stringify(await page.evaluate('({ ...localStorage })'))).toBe('{}');
    expect(JSON.stringify(await page.evaluate('({ ...sessionStorage })'))).not.toContain('Bearer');
    expect(faults).toEqual([]);
  });
});

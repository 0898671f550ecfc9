import { readFile } from 'node:fs/promises';
import helmet from '@fastify/helmet';
import Fastify, { type FastifyInstance, type FastifyRequest } from 'fastify';
import { buildASTSchema, type GraphQLSchema, parse, validate } from 'graphql';
import type { Page } from 'playwright-core';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { registerHostedPages } from '../../src/http/hosted-pages.js';
import { contrast } from '../../src/lib/color.js';
import { LoginDocument, MeDocument } from '../generated/operations.js';
import { quickUser, wrongCode } from '../support/accounts.js';
import { testGateway } from '../support/app.js';
import { expectType, loggedIn, PASSWORD } from '../support/journey.js';
import { freePort } from '../support/ports.js';
import { type Browser, browserMissing, startBrowser, watch } from './browser.js';

const POLICY =
  "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; connect-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'";
const PAGES = ['/verify-email', '/report-session', '/revert-email', '/reset-password'];
const SIGN_IN_URL = 'https://app.example.com/login?a=1&b=2';
const BRAND = {
  appName: 'Tom & Co',
  brandColor: '#8a1c5b',
  signInUrl: SIGN_IN_URL,
  supportUrl: 'https://app.example.com/help?a=1&b=2',
  supportEmail: 'help@example.com',
};
const CONFIG = {
  passwordMinLength: 8,
  passwordMaxLength: 1_024,
  passwordRules: ['TOO_SHORT', 'NEEDS_DIGIT', 'TOO_COMMON', 'REUSED'],
};

interface Sent {
  query: string;
  variables: { input?: Record<string, string> };
}

let app: FastifyInstance;
let origin: string;
let schema: GraphQLSchema;
let requests: FastifyRequest[] = [];
/** What the gateway answers, field by field; the pages are held to the real schema all the same. */
let answers: Record<string, (input: Record<string, string>) => unknown> = {};

const sent = () => requests.map(({ body }) => body as Sent);
const inputs = (field: string) =>
  sent().flatMap(({ query, variables }) => (query.includes(field) ? [variables.input] : []));
const refused = (code: string, typename = 'TokenProblem') => ({ __typename: typename, code, message: 'In words.' });

beforeAll(async () => {
  schema = buildASTSchema(parse(await readFile('schema.graphql', 'utf8')), { assumeValidSDL: true });
  app = Fastify();
  const directives = { 'default-src': ["'none'"], 'frame-ancestors': ["'none'"], 'base-uri': ["'none'"] };
  await app.register(helmet, {
    contentSecurityPolicy: { useDefaults: false, directives },
    frameguard: { action: 'deny' },
  });
  registerHostedPages(app, BRAND);
  app.post('/graphql', async (request) => {
    requests.push(request);
    const { query, variables } = request.body as Sent;
    const [field, answer] = Object.entries(answers).find(([name]) => query.includes(name)) ?? [];
    return field === undefined ? { data: null } : { data: { [field]: answer?.(variables.input ?? {}) } };
  });
  origin = await app.listen({ host: '127.0.0.1', port: 0 });
});

afterAll(() => app.close());

beforeEach(() => {
  requests = [];
  answers = { authConfig: () => CONFIG };
});

describe('the files of the pages', () => {
  it.each(PAGES)('gives %s a strict policy, and nothing that runs or looks by itself', async (url) => {
    const { headers, body } = await app.inject({ url });
    expect(headers['content-security-policy']).toBe(POLICY);
    expect(headers['content-type']).toBe('text/html; charset=utf-8');
    expect(headers['cache-control']).toBe('no-store');
    expect(headers['referrer-policy']).toBe('no-referrer');
    expect(headers['x-content-type-options']).toBe('nosniff');
    expect(headers['set-cookie']).toBeUndefined();
    expect(body).not.toMatch(/<style|style=|<script(?![^>]* src=)| on[a-z]+=|\{\{/);
  });

  it.each(PAGES)('serves every file that %s and its scripts name', async (url) => {
    const { body } = await app.inject({ url });
    const names = [...body.matchAll(/(?:src|href)="([^"]+\.(?:js|css|svg))"/g)].map(([, name]) => name ?? '');
    expect(names.length).toBeGreaterThan(3);
    for (let name = names.shift(); name !== undefined; name = names.shift()) {
      const answer = await app.inject({ url: new URL(name, `http://localhost${url}`).pathname });
      expect({ name, status: answer.statusCode }).toEqual({ name, status: 200 });
      expect(answer.headers['content-type']).toMatch(/; charset=utf-8$/);
      const imports = [...answer.body.matchAll(/from '\.\/([\w-]+\.js)'/g)];
      names.push(...imports.map(([, file]) => `${url.slice(1)}/${file}`));
    }
  });

  it.each(PAGES)('O6: %s is the same for everybody who opens it, and takes nothing from the address', async (url) => {
    const first = await app.inject({ url });
    for (const headers of [{ host: 'evil.example' }, { 'x-forwarded-host': 'evil.example' }]) {
      expect((await app.inject({ url: `${url}?token=<b>&next=//evil.example`, headers })).body).toBe(first.body);
    }
    const head = await app.inject({ method: 'HEAD', url: `${url}?token=x` });
    expect({ status: head.statusCode, body: head.body }).toEqual({ status: 200, body: '' });
    expect((await app.inject({ method: 'POST', url, payload: {} })).statusCode).toBe(404);
    expect(requests).toHaveLength(0);
  });
});

if (browserMissing !== undefined) process.stderr.write(`${browserMissing}\n`);

describe('a link that a mail program has changed', () => {
  it.each([
    ['%23token=', '', '#token='],
    ['%23token%3D', '', '#token='],
    ['%2523token=', '', '#token='],
    ['?lang=de%23token=', '?lang=de', '#token='],
    ['/%23token=', '', '#token='],
  ])('C10: %s leads to where it should have', async (end, query, fragment) => {
    for (const url of PAGES) {
      const answer = await app.inject({ url: `${url}${end}aB3-_` });
      expect({ status: answer.statusCode, cache: answer.headers['cache-control'] }).toEqual({
        status: 302,
        cache: 'no-store',
      });
      const led = new URL(String(answer.headers.location), `http://localhost${url}${end}`);
      expect(`${led.pathname}${led.search}${led.hash}`).toBe(`${url}${query}${fragment}aB3-_`);
    }
  });

  it('C10: leads to nothing of others', async () => {
    for (const url of [
      '/verify-email%23token=',
      '/verify-email%23next=x',
      '/verify-emails%23token=x',
      '/other%23token=x',
    ]) {
      expect((await app.inject({ url })).statusCode, url).toBe(404);
    }
    const { location } = (await app.inject({ url: '/verify-email%23token=x%0d%0aset-cookie:a//evil.example' })).headers;
    expect(location).toBe('verify-email#token=x');
    expect((await app.inject({ url: '/verify-email/brand.css' })).statusCode).toBe(200);
  });
});

describe.skipIf(browserMissing)('the pages in a browser', () => {
  let browser: Browser;
  let page: Page;
  let faults: string[];

  const button = (name?: string | RegExp) => page.getByRole('button', { ...(name === undefined ? {} : { name }) });
  const heading = (name: string) => page.getByRole('heading', { name }).waitFor();
  const focused = () => page.evaluate('document.activeElement.id');

  beforeAll(async () => {
    browser = await startBrowser();
  });

  beforeEach(async () => {
    page = await browser.context.newPage();
    faults = watch(page, origin);
  });

  afterEach(async () => {
    const wrong = sent().flatMap(({ query }) => validate(schema, parse(query)).map(({ message }) => message));
    await page.close();
    expect(wrong).toEqual([]);
  });

  afterAll(() => browser?.close());

  describe('a page with one button', () => {
    const pages = [
      {
        name: 'verify-email',
        field: 'verifyEmailWithToken',
        label: 'Confirm my address',
        success: { __typename: 'EmailVerified', user: { id: '1' } },
        done: 'Your address is confirmed',
        empty: 'Confirm your address',
      },
      {
        name: 'report-session',
        field: 'reportSession',
        label: 'This was not me',
        success: { __typename: 'SessionReported', sessionId: '1', mailStatus: 'QUEUED' },
        done: 'All devices are signed out',
      },
      {
        name: 'revert-email',
        field: 'revertEmailChange',
        label: 'Restore my address',
        success: { __typename: 'EmailChangeReverted', email: 'a@example.com', mailStatus: 'QUEUED' },
        done: 'Your old address is restored',
      },
    ];

    it.each(pages)('O6: $name acts only when its button is pressed', async ({ name, field, label, success, done }) => {
      answers = { [field]: () => success };
      await page.goto(`${origin}/${name}#token=secret-token`);
      await button(label).waitFor();
      expect(page.url()).toBe(`${origin}/${name}`);
      expect(requests).toHaveLength(0);
      const signIn = page.getByRole('link', { name: 'Sign in to Tom & Co' });
      expect(await signIn.count()).toBe(0);

      await page.keyboard.press('Tab');
      await page.keyboard.press('Enter');
      await heading(done);
      expect(inputs(field)).toEqual([{ token: 'secret-token' }]);
      expect(requests[0]?.headers).toMatchObject({ 'content-type': 'application/json', origin });
      expect(requests[0]?.headers).not.toHaveProperty('referer');
      expect(requests[0]?.headers).not.toHaveProperty('cookie');
      expect(await focused()).toBe('title');
      expect(await button().count()).toBe(0);
      expect(await page.title()).toBe(`${done} · Tom & Co`);
      expect(await signIn.getAttribute('href')).toBe(SIGN_IN_URL);
      expect(faults).toEqual([]);
    });

    it.each(pages)(
      '$name: a reload or a way back asks for nothing by itself',
      async ({ name, field, success, done, empty = 'This link is incomplete' }) => {
        answers = { [field]: () => success };
        await page.goto(`${origin}/${name}#token=t`);
        await button().click();
        await heading(done);
        await page.reload();
        await heading(empty);
        await page.goto('about:blank');
        await page.goBack();
        await heading(empty);
        expect(requests).toHaveLength(1);
      },
    );

    it.each(
      pages.flatMap(({ name, field }) => [
        {
          name,
          field,
          code: 'TOKEN_INVALID',
          title: 'This link no longer works',
          buttons: name === 'verify-email' ? 1 : 0,
        },
        { name, field, code: 'RATE_LIMITED', title: 'Too many attempts', buttons: 1 },
        { name, field, code: 'TEMPORARILY_UNAVAILABLE', title: 'Something went wrong', buttons: 1 },
      ]),
    )('$name says in words what $code means', async ({ name, field, code, title, buttons }) => {
      answers = { [field]: () => refused(code) };
      await page.goto(`${origin}/${name}#token=t`);
      await button().click();
      await heading(title);
      expect(await button().count()).toBe(buttons);
      expect(faults).toEqual([]);
    });

    it('a lost connection can be retried with the same token', async () => {
      answers = { verifyEmailWithToken: () => pages[0]?.success };
      await page.goto(`${origin}/verify-email#token=kept`);
      await page.route('**/graphql', (route) => route.abort());
      await button().click();
      await heading('No connection');
      await page.unroute('**/graphql');
      await button('Try again').click();
      await heading('Your address is confirmed');
      expect(inputs('verifyEmailWithToken')).toEqual([{ token: 'kept' }]);
    });

    it('says so when the address has no token, and takes the one of a second link', async () => {
      await page.goto(`${origin}/report-session`);
      await heading('This link is incomplete');
      await page.goto(`${origin}/report-session#token=second`);
      await button('This was not me').waitFor();
      expect(page.url()).toBe(`${origin}/report-session`);
    });

    it('a fault of the gateway is no dead link', async () => {
      answers = {};
      await page.goto(`${origin}/report-session#token=t`);
      await button().click();
      await heading('Something went wrong');
      answers = { reportSession: () => ({ __typename: 'SessionReported', sessionId: '1', mailStatus: 'DEFERRED' }) };
      await button('Try again').click();
      await page.getByText('as soon as our mail server is available again').waitFor();
      expect(inputs('reportSession')).toEqual([{ token: 't' }, { token: 't' }]);
    });

    it('an address that another account has by now can be asked for again', async () => {
      answers = { revertEmailChange: () => refused('CONFLICT', 'AuthConflictProblem') };
      await page.goto(`${origin}/revert-email#token=t`);
      await button().click();
      await heading('This address belongs to another account');
      answers = { revertEmailChange: () => pages[2]?.success };
      await button('Try again').click();
      await heading('Your old address is restored');
    });
  });

  describe('a link that a mail program has changed', () => {
    const TOKEN = 'aB3-_'.repeat(12);
    const success = { __typename: 'EmailChangeReverted', email: 'a@example.com', mailStatus: 'QUEUED' };

    it.each([`%23token=${TOKEN}`, `?lang=en%23token%3D${TOKEN}`, `/#token=${TOKEN}`, `#token%3D${TOKEN}%3E`])(
      'C10: works as /revert-email%s',
      async (end) => {
        answers = { revertEmailChange: () => success };
        await page.goto(`${origin}/revert-email${end}`);
        await button('Restore my address').click();
        await heading('Your old address is restored');
        expect(inputs('revertEmailChange')).toEqual([{ token: TOKEN }]);
        expect(new URL(page.url()).pathname).toBe('/revert-email');
        expect(page.url()).not.toContain('token');
        expect(faults).toEqual([]);
      },
    );
  });

  describe('the page that confirms an address, without a token', () => {
    const alert = () => page.getByRole('alert').filter({ visible: true, hasText: /./ });
    const verified = { __typename: 'EmailVerified', user: { id: '1' } };

    it('C10: takes the code from the mail', async () => {
      answers.verifyEmail = () => ({ ...refused('CODE_INVALID', 'CodeProblem'), attemptsLeft: 2 });
      await page.goto(`${origin}/verify-email`);
      await heading('Confirm your address');
      await button('Confirm my address').click();
      await alert().getByText('Enter the email address').waitFor();
      await page.getByLabel('Email address').fill('owner@example.com');
      await page.getByLabel('Code from the email').fill('111 111');
      await button('Confirm my address').click();
      await alert().getByText('This code is wrong or no longer works. You have 2 more attempts.').waitFor();
      expect(await focused()).toBe('code');
      answers.verifyEmail = () => verified;
      await page.getByLabel('Code from the email').fill('012 345');
      await page.keyboard.press('Enter');
      await heading('Your address is confirmed');
      expect(inputs('verifyEmail')).toEqual([
        { email: 'owner@example.com', code: '111111' },
        { email: 'owner@example.com', code: '012345' },
      ]);
      expect(await focused()).toBe('title');
      expect(await page.locator('input:visible').count()).toBe(0);
      expect(await page.getByRole('link', { name: 'Sign in to Tom & Co' }).getAttribute('href')).toBe(SIGN_IN_URL);
      expect(faults).toEqual([]);
    });

    it('C10: leads from a dead link to the code and to another mail', async () => {
      answers.verifyEmailWithToken = () => refused('TOKEN_INVALID');
      answers.resendVerification = () => ({ __typename: 'MailAccepted', resendAvailableAt: new Date().toISOString() });
      await page.goto(`${origin}/verify-email#token=old`);
      await button('Confirm my address').click();
      await button('Request a new email').click();
      expect(await focused()).toBe('email');
      await page.getByLabel('Email address').fill('owner@example.com');
      await button('Email me a code').click();
      await heading('Check your email');
      expect(inputs('resendVerification')).toEqual([{ email: 'owner@example.com' }]);
      await page.goto(`${origin}/verify-email#token=second`);
      await button('Confirm my address').waitFor();
      expect(await page.locator('input:visible').count()).toBe(0);
      expect(faults).toEqual([]);
    });
  });

  it.each(['token', 'code'])(
    'C8: an address that was signed up with twice leads to a new password, by its %s',
    async (by) => {
      const passwordChangeRequired = { resetToken: 'the-ticket' };
      const verified = () => ({ __typename: 'EmailVerified', user: { id: '1' }, passwordChangeRequired });
      answers = { ...answers, verifyEmailWithToken: verified, verifyEmail: verified };
      answers.resetPassword = () => ({ __typename: 'PasswordResetSuccess', endedSessions: 0 });
      await page.goto(`${origin}/verify-email${by === 'token' ? '#token=t' : ''}`);
      if (by === 'code') {
        await page.getByLabel('Email address').fill('owner@example.com');
        await page.getByLabel('Code from the email').fill('012345');
      }
      await button('Confirm my address').click();
      await page.getByText('with different passwords').waitFor();
      await button('Choose a password').click();
      await page.getByLabel('New password', { exact: true }).fill('A-new-1-for-all');
      await page.keyboard.press('Enter');
      await heading('Your password is set');
      expect(inputs('resetPassword')).toEqual([{ resetToken: 'the-ticket', newPassword: 'A-new-1-for-all' }]);
      expect(faults).toEqual([]);
    },
  );

  describe('asking for another mail', () => {
    it.each([
      ['reset-password', 'requestPasswordReset'],
      ['verify-email', 'resendVerification'],
    ])('D1: %s counts down until it can be done again, by the clock of the server', async (name, field) => {
      // The clock of this machine may be an hour off.
      await page.clock.install({ time: new Date(Date.now() - 3_600_000) });
      const resendAvailableAt = new Date(Date.now() + 60_000).toISOString();
      answers[field] = () => ({ __typename: 'MailAccepted', resendAvailableAt });
      await page.goto(`${origin}/${name}`);
      await page.getByLabel('Email address').fill('owner@example.com');
      await button('Email me a code').click();
      const waiting = button(/^Request again in (5\d|6[01]) s$/);
      await waiting.waitFor();
      expect(await waiting.getAttribute('aria-disabled')).toBe('true');
      await waiting.click({ force: true });
      expect(inputs(field)).toHaveLength(1);
      await page.clock.fastForward(62_000);
      await button('Email me a code').click();
      await button(/^Request again in/).waitFor();
      expect(inputs(field)).toHaveLength(2);
    });

    it('D1: says how long to wait where too many were asked for', async () => {
      answers.requestPasswordReset = () => ({
        ...refused('RATE_LIMITED', 'AuthRateLimitProblem'),
        limit: 5,
        retryAfterSeconds: 1_500,
      });
      await page.goto(`${origin}/reset-password`);
      await page.getByLabel('Email address').fill('owner@example.com');
      await button('Email me a code').click();
      await page.getByText('Too many attempts. Wait 25 minutes, then press the button again.').waitFor();
    });
  });

  describe('language and brand', () => {
    it.each([
      ['verify-email', 'Adresse bestätigen', 'Ihre Adresse ist bestätigt', 'verifyEmailWithToken', 'EmailVerified'],
      ['report-session', 'Das war ich nicht', 'Alle Geräte sind abgemeldet', 'reportSession', 'SessionReported'],
      ['revert-email', 'Meine Adresse zurückholen', 'Ihr Konto hat wieder', 'revertEmailChange', 'EmailChangeReverted'],
    ])(
      'D1: %s speaks German from a German mail, whatever the browser speaks',
      async (name, label, done, field, type) => {
        answers = { [field]: () => refused('TEMPORARILY_UNAVAILABLE') };
        await page.goto(`${origin}/${name}?lang=de#token=t`);
        expect(await page.locator('html').getAttribute('lang')).toBe('de');
        await button(label).click();
        await heading('Das hat gerade nicht geklappt');
        answers = { [field]: () => ({ __typename: type, mailStatus: 'QUEUED' }) };
        await button('Noch einmal versuchen').click();
        await heading(done);
        await page.getByRole('link', { name: 'Bei Tom & Co anmelden' }).waitFor();
        expect(faults).toEqual([]);
      },
    );

    it('D1: sets a password in German', async () => {
      const rules = ['TOO_SHORT', 'NEEDS_DIGIT', 'REUSED'];
      answers.verifyPasswordResetCode = () => ({ __typename: 'PasswordResetTicket', resetToken: 'the-ticket' });
      answers.resetPassword = () => ({ ...refused('PASSWORD_REJECTED', 'PasswordRejectedProblem'), rules });
      await page.goto(`${origin}/reset-password?lang=de`);
      await page.getByLabel('E-Mail-Adresse').fill('owner@example.com');
      await page.getByLabel('Code aus der E-Mail').fill('012345');
      await button('Weiter').click();
      await page.getByText('Mindestens 8 Zeichen').waitFor();
      expect(await page.getByLabel('Konto').inputValue()).toBe('owner@example.com');
      await page.getByLabel('Neues Passwort', { exact: true }).fill('bad');
      await button('Neues Passwort festlegen').click();
      await page.getByText('Dieses Passwort haben Sie schon einmal verwendet.').waitFor();
      expect(await page.locator('main').innerText()).not.toMatch(/\b(password|the|your|code from)\b/i);
      expect(faults).toEqual([]);
    });

    it('D1: takes the language of the browser, and English for every other', async () => {
      const languageOf = async (header: string | undefined, url = '/verify-email') => {
        const headers = header === undefined ? {} : { 'accept-language': header };
        const answer = await app.inject({ url, headers });
        expect(answer.headers.vary).toBe('accept-language');
        return /<html lang="(\w+)">/.exec(answer.body)?.[1];
      };
      const asked = ['de', 'de-AT,de;q=0.9,en;q=0.8', 'fr-FR, de;q=0.5, en;q=0.4', 'en;q=0.1, DE;q=0.9'];
      for (const header of asked) expect(await languageOf(header), header).toBe('de');
      for (const header of [undefined, '', 'fr', 'en-GB,de;q=0.9', '*', 'de;q=0', ';;;', 'x'.repeat(500)])
        expect(await languageOf(header), header).toBe('en');
      expect(await languageOf('de', '/verify-email?lang=en')).toBe('en');
      for (const lang of ['fr', '../de', 'de&lang=en', '%00'])
        expect(await languageOf('en', `/verify-email?lang=${lang}`)).toBe('en');
    });

    it('D1: both languages have every text', async () => {
      const keysOf = (value: unknown): string[] =>
        typeof value === 'object' && value !== null
          ? Object.entries(value).flatMap(([key, inner]) => [key, ...keysOf(inner).map((rest) => `${key}.${rest}`)])
          : [];
      const [en, de] = await Promise.all(
        ['en', 'de'].map(async (locale) =>
          JSON.parse(await readFile(`src/http/pages/hosted/words/${locale}.json`, 'utf8')),
        ),
      );
      expect(keysOf(de)).toEqual(keysOf(en));
      const placeholders = (value: unknown) => [...JSON.stringify(value).matchAll(/\{\w+\}/g)].map(String).toSorted();
      expect(placeholders(de)).toEqual(placeholders(en));
    });

    it('D1: each page names the application and where help is', async () => {
      for (const url of PAGES) {
        const { body } = await app.inject({ url });
        expect(body).toMatch(/<title>[^<]+ · Tom &amp; Co<\/title>/);
        expect(body).toContain('<p class="app">Tom &amp; Co</p>');
        expect(body).toContain('<a href="mailto:help@example.com">help@example.com</a>');
        expect(body).toContain('<a href="https://app.example.com/help?a=1&amp;b=2">app.example.com/help');
      }
    });

    it.each(['light', 'dark'] as const)('D1: the brand colour can be read on a %s page', async (colorScheme) => {
      await page.emulateMedia({ colorScheme });
      await page.goto(`${origin}/report-session#token=t`);
      await button().waitFor();
      const colorsOf = async (selector: string) =>
        await page
          .locator(selector)
          .first()
          .evaluate((element: never) => {
            const style = (
              globalThis as never as { getComputedStyle(of: never): Record<string, string> }
            ).getComputedStyle(element);
            return [style.color, style.backgroundColor];
          });
      const hex = (text = '') =>
        `#${[...text.matchAll(/\d+/g)]
          .slice(0, 3)
          .map(([part]) => Number(part).toString(16).padStart(2, '0'))
          .join('')}`;
      const [text, background] = await colorsOf('#act');
      expect(contrast(hex(text), hex(background))).toBeGreaterThanOrEqual(4.5);
      if (colorScheme === 'light') expect(hex(background)).toBe('#8a1c5b');
      const [link] = await colorsOf('.support a');
      const [, surface] = await colorsOf('#card');
      expect(contrast(hex(link), hex(surface))).toBeGreaterThanOrEqual(4.5);
      await button().hover();
      const [hoverText, hoverBackground] = await colorsOf('#act');
      expect(hoverBackground).not.toBe(background);
      expect(contrast(hex(hoverText), hex(hoverBackground))).toBeGreaterThanOrEqual(4.5);
      await page.emulateMedia({ colorScheme: null });
    });
  });

  describe('the page that sets a new password', () => {
    const password = () => page.getByLabel('New password', { exact: true });
    const alert = () => page.getByRole('alert').filter({ visible: true, hasText: /./ });

    it('O6: sets it by the token of the link, and by nothing before the button', async () => {
      answers.resetPassword = () => ({ __typename: 'PasswordResetSuccess', endedSessions: 2 });
      await page.goto(`${origin}/reset-password#token=secret-token`);
      await page.getByText('At least 8 characters').waitFor();
      await page.getByText('A digit').waitFor();
      expect(page.url()).toBe(`${origin}/reset-password`);
      expect(inputs('mutation')).toEqual([]);
      expect(await password().getAttribute('autocomplete')).toBe('new-password');
      expect(await password().getAttribute('type')).toBe('password');

      await password().fill('A-new-1-for-all');
      await page.keyboard.press('Enter');
      await heading('Your password is set');
      expect(inputs('resetPassword')).toEqual([{ resetToken: 'secret-token', newPassword: 'A-new-1-for-all' }]);
      for (const { headers } of requests) expect(headers).not.toHaveProperty('cookie');
      expect(await focused()).toBe('title');
      expect(await page.locator('input:visible').count()).toBe(0);
      expect(await page.locator('#password').inputValue()).toBe('');
      expect(faults).toEqual([]);
    });

    it('shows what is typed only when asked to', async () => {
      await page.goto(`${origin}/reset-password#token=t`);
      await password().fill('typed');
      const toggle = button('Show password');
      expect(await toggle.getAttribute('aria-pressed')).toBe('false');
      await toggle.click();
      expect(await toggle.getAttribute('aria-pressed')).toBe('true');
      expect(await password().getAttribute('type')).toBe('text');
      await toggle.click();
      expect(await password().getAttribute('type')).toBe('password');
    });

    it('says in words why a password is refused, and the token stays good', async () => {
      const rules = ['TOO_SHORT', 'NEEDS_DIGIT', 'REUSED', 'OF_A_LATER_VERSION'];
      answers.resetPassword = () => ({ ...refused('PASSWORD_REJECTED', 'PasswordRejectedProblem'), rules });
      await page.goto(`${origin}/reset-password#token=kept`);
      await page.getByText('At least 8 characters').waitFor();
      await password().fill('bad');
      await button('Set new password').click();
      expect(await alert().locator('li').allTextContents()).toEqual([
        'Use at least 8 characters.',
        'Add a digit.',
        'You have used this password before. Choose another one.',
        'Choose another password.',
      ]);
      expect(await password().getAttribute('aria-invalid')).toBe('true');
      expect(await focused()).toBe('password');
      answers.resetPassword = () => ({ __typename: 'PasswordResetSuccess', endedSessions: 0 });
      await password().fill('Better-Word-4711');
      await button('Set new password').click();
      await heading('Your password is set');
      expect(inputs('resetPassword').map((input) => input?.resetToken)).toEqual(['kept', 'kept']);
    });

    it('works without the list of rules', async () => {
      answers = {
        resetPassword: () => ({ ...refused('PASSWORD_REJECTED', 'PasswordRejectedProblem'), rules: ['TOO_SHORT'] }),
      };
      await page.goto(`${origin}/reset-password#token=t`);
      await button('Set new password').click();
      await alert().getByText('Enter a new password.').waitFor();
      await password().fill('bad');
      await button('Set new password').click();
      await alert().getByText('Use more characters.').waitFor();
    });

    it.each([
      ['RATE_LIMITED', 'Too many attempts. Wait a while, then press the button again.'],
      ['TEMPORARILY_UNAVAILABLE', 'Something went wrong. The problem is on our side.'],
    ])('keeps what was typed when %s', async (code, text) => {
      answers.resetPassword = () => refused(code);
      await page.goto(`${origin}/reset-password#token=t`);
      await password().fill('A-new-1-for-all');
      await button('Set new password').click();
      await alert().getByText(text).waitFor();
      expect(await password().inputValue()).toBe('A-new-1-for-all');
      expect(await button('Set new password').getAttribute('aria-disabled')).toBeNull();
    });

    it('offers a new mail when the link is used or too old', async () => {
      answers.resetPassword = () => refused('TOKEN_INVALID');
      answers.requestPasswordReset = () => ({ __typename: 'MailAccepted' });
      await page.goto(`${origin}/reset-password#token=old`);
      await password().fill('A-new-1-for-all');
      await button('Set new password').click();
      await heading('This link no longer works');
      await button('Request a new email').click();
      expect(await focused()).toBe('email');
      await page.getByLabel('Email address').fill('owner@example.com');
      await button('Email me a code').click();
      await heading('Check your email');
      expect(inputs('requestPasswordReset')).toEqual([{ email: 'owner@example.com' }]);
      expect(await focused()).toBe('code');
      expect(faults).toEqual([]);
    });

    it('goes by address and code where there is no token', async () => {
      answers.verifyPasswordResetCode = () => ({ __typename: 'PasswordResetTicket', resetToken: 'the-ticket' });
      answers.resetPassword = () => ({ __typename: 'PasswordResetSuccess', endedSessions: 0 });
      await page.goto(`${origin}/reset-password`);
      expect(requests).toHaveLength(0);
      await page.getByLabel('Email address').fill('owner@example.com');
      await page.getByLabel('Code from the email').fill(' 012 345 ');
      await button('Continue').click();
      await heading('Choose a new password');
      expect(inputs('verifyPasswordResetCode')).toEqual([{ email: 'owner@example.com', code: '012345' }]);
      expect(await focused()).toBe('password');
      const account = page.getByLabel('Account');
      expect(await account.inputValue()).toBe('owner@example.com');
      expect(await account.getAttribute('autocomplete')).toBe('username');
      expect(await account.isEditable()).toBe(false);
      expect(await account.evaluate('document.getElementById("username").form.id')).toBe('password-form');
      await password().fill('A-new-1-for-all');
      await page.keyboard.press('Enter');
      await heading('Your password is set');
      expect(inputs('resetPassword')).toEqual([{ resetToken: 'the-ticket', newPassword: 'A-new-1-for-all' }]);
      expect(faults).toEqual([]);
    });

    it.each([
      [3, 'You have 3 more attempts.'],
      [1, 'You have one more attempt.'],
      [0, 'Request a new one.'],
      [null, 'This code is wrong or no longer works.'],
    ])('a wrong code with %s tries left', async (attemptsLeft, text) => {
      answers.verifyPasswordResetCode = () => ({ ...refused('CODE_INVALID', 'CodeProblem'), attemptsLeft });
      await page.goto(`${origin}/reset-password`);
      await page.getByLabel('Email address').fill('owner@example.com');
      await page.getByLabel('Code from the email').fill('000000');
      await page.keyboard.press('Enter');
      await alert().getByText(text).waitFor();
      expect(await focused()).toBe('code');
    });

    it('asks for what is missing before it asks the gateway', async () => {
      await page.goto(`${origin}/reset-password`);
      await button('Continue').click();
      await alert().getByText('Enter the email address').waitFor();
      expect(await focused()).toBe('email');
      await page.getByLabel('Email address').fill('no address');
      await button('Email me a code').click();
      await alert().getByText('Enter the email address').waitFor();
      await page.getByLabel('Email address').fill('owner@example.com');
      await button('Continue').click();
      await alert().getByText('Enter the code').waitFor();
      expect(await focused()).toBe('code');
      expect(requests).toHaveLength(0);
    });

    it('a second press while the first is under way asks once', async () => {
      let release = () => {};
      const held = new Promise<void>((resolve) => {
        release = resolve;
      });
      await page.route('**/graphql', async (route) => {
        if (route.request().postData()?.includes('resetPassword')) await held;
        await route.continue();
      });
      answers.resetPassword = () => ({ __typename: 'PasswordResetSuccess', endedSessions: 0 });
      await page.goto(`${origin}/reset-password#token=t`);
      await password().fill('A-new-1-for-all');
      await page.keyboard.press('Enter');
      await button('Setting the password…').waitFor();
      await page.keyboard.press('Enter');
      release();
      await heading('Your password is set');
      expect(inputs('resetPassword')).toHaveLength(1);
    });
  });

  it('O6: a stranger is reported and a new password set, from mail to mail, on a real gateway', async () => {
    const port = await freePort();
    const home = `http://127.0.0.1:${port}`;
    const gateway = await testGateway({ worker: true, env: { PUBLIC_URL: home, RATE_LIMITS: 'on' } });
    await gateway.app.http.listen({ host: '127.0.0.1', port });
    const elsewhere = watch(page, home);
    const { email } = await quickUser(gateway);
    await loggedIn(gateway, email);
    const stranger = await loggedIn(gateway, email, {
      ask: { from: '203.0.113.66', headers: { 'user-agent': 'curl/8' } },
    });

    const notice = await gateway.mailTo(email, { mail: 'new-device' });
    await page.goto(notice.link ?? '');
    await button('This was not me').click();
    await heading('All devices are signed out');
    expect((await gateway.ask(MeDocument, {}, { token: stranger.accessToken })).data?.me).toBeNull();

    const mail = await gateway.mailTo(email, { mail: 'reset-password' });
    await page.goto(mail.link ?? '');
    await page.getByLabel('New password', { exact: true }).fill(PASSWORD);
    await button('Set new password').click();
    await page.getByText('You have used this password before.').waitFor();
    await page.getByLabel('New password', { exact: true }).fill('Quiet-Harbour-58-Lamp');
    await button('Set new password').click();
    await heading('Your password is set');

    await page.goto(mail.link ?? '');
    await page.getByLabel('New password', { exact: true }).fill('Other-Harbour-59-Lamp');
    await button('Set new password').click();
    await heading('This link no longer works');
    const input = { identifier: email, password: 'Quiet-Harbour-58-Lamp' };
    expectType((await gateway.ask(LoginDocument, { input })).data.login, 'LoginSuccess');
    expect(await browser.context.cookies(home)).toEqual([]);
    expect(elsewhere).toEqual([]);
  });

  it('a password is set by the code that the page itself asked for, on a real gateway', async () => {
    const port = await freePort();
    const home = `http://127.0.0.1:${port}`;
    const gateway = await testGateway({ worker: true, env: { PUBLIC_URL: home, RATE_LIMITS: 'on' } });
    await gateway.app.http.listen({ host: '127.0.0.1', port });
    const { email } = await quickUser(gateway);
    await page.goto(`${home}/reset-password`);
    await page.getByLabel('Email address').fill(email);
    await button('Email me a code').click();
    await heading('Check your email');
    const { code } = await gateway.mailTo(email, { mail: 'reset-password' });
    await page.getByLabel('Code from the email').fill(wrongCode(code ?? ''));
    await button('Continue').click();
    await page.getByText('You have 4 more attempts.').waitFor();
    await page.getByLabel('Code from the email').fill(code ?? '');
    await button('Continue').click();
    await page.getByLabel('New password', { exact: true }).fill('Quiet-Harbour-58-Lamp');
    await page.getByText('A symbol, such as ! or ?').waitFor();
    await page.keyboard.press('Enter');
    await heading('Your password is set');
    const input = { identifier: email, password: 'Quiet-Harbour-58-Lamp' };
    expectType((await gateway.ask(LoginDocument, { input })).data.login, 'LoginSuccess');
  });
});

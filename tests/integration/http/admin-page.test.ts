import { readFileSync } from 'node:fs';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { auditEvents } from '../../../src/services/audit/events.js';
import { sharedGateway, type TestGateway, testGateway } from '../../support/app.js';
import { productionSettings } from '../../support/production.js';

const POLICY = [
  "default-src 'none'",
  "script-src 'self'",
  "style-src 'self'",
  "img-src 'self'",
  "connect-src 'self'",
  "base-uri 'none'",
  "form-action 'none'",
  "frame-ancestors 'none'",
  "require-trusted-types-for 'script'",
  "trusted-types 'none'",
].join('; ');

type Words = { [name: string]: string | Words };

function wordsIn(language: string): Words {
  return JSON.parse(readFileSync(`src/http/pages/admin/words/${language}.json`, 'utf8')) as Words;
}

function keysOf(words: Words, path = ''): string[] {
  return Object.entries(words).flatMap(([key, value]) =>
    typeof value === 'string' ? [`${path}${key}`] : keysOf(value, `${path}${key}.`),
  );
}

function placesOf(text: unknown): string[] {
  return (JSON.stringify(text).match(/\{\w+\}/g) ?? []).sort();
}

let gateway: TestGateway;
beforeAll(async () => {
  gateway = await sharedGateway();
});
afterAll(() => gateway.close());

describe('the page of administration', () => {
  it.each([
    ['/admin', 'admin/'],
    ['/admin/', ''],
    ['/admin/users', ''],
    ['/admin/users/4120446b-fedf-41ea-bac0-580366abc5bf', '../'],
    ['/admin/audit-log', ''],
    ['/admin/users/', '../'],
  ])('is served at %s with its policy and with relative addresses', async (url, up) => {
    const { statusCode, headers, body } = await gateway.inject({ url: `${url}?text=x` });
    expect(statusCode).toBe(200);
    expect(headers['content-security-policy']).toBe(POLICY);
    expect(headers['cache-control']).toBe('no-store');
    expect(body).toContain(`src="${up}main.js"`);
    expect(body).not.toMatch(/<style|style=|<script(?![^>]* src=)| on[a-z]+=|\{\{/);
    const file = new URL(`${up}main.js`, `http://localhost${url}`).pathname;
    expect((await gateway.inject({ url: file })).headers['content-type']).toMatch(/^text\/javascript/);
  });

  it('serves every file that it names, and that its scripts import', async () => {
    const { body } = await gateway.inject({ url: '/admin' });
    const names = [...body.matchAll(/(?:src|href)="([^"]+)"/g)].map(([, name]) => name ?? '');
    expect(names.length).toBeGreaterThan(20);
    for (const name of names)
      expect([name, (await gateway.inject({ url: `/${name}` })).statusCode]).toEqual([name, 200]);
    const scripts = names.filter((name) => name.endsWith('.js'));
    for (const name of scripts) {
      const { body: text } = await gateway.inject({ url: `/${name}` });
      for (const [, path = ''] of text.matchAll(/from '(\.[^']+)'/g)) {
        const imported = new URL(path, `http://localhost/${name}`).pathname.slice(1);
        expect(scripts, `${name} imports ${path}`).toContain(imported);
      }
    }
  });

  it.each([
    '/admin/index.html',
    '/admin/words/en.json',
    '/admin/nothing',
    '/admin/users/a/b',
    '/admin/..%2f..%2fpackage.json',
    '/admin/export',
  ])('has nothing at %s', async (url) => expect((await gateway.inject({ url })).statusCode).toBe(404));

  it('is in the language that the browser prefers', async () => {
    const { headers, body } = await gateway.inject({ url: '/admin', headers: { 'accept-language': 'de-CH' } });
    expect(body).toContain('<html lang="de">');
    expect(headers.vary).toContain('accept-language');
  });

  it('is shared with no other origin', async () => {
    const { headers } = await gateway.inject({ url: '/admin', headers: { origin: 'http://localhost:5173' } });
    expect(headers['access-control-allow-origin']).toBeUndefined();
  });

  it('is refused from outside ADMIN_NETWORKS', async () => {
    const fenced = await testGateway({ env: { ADMIN_NETWORKS: '10.0.0.0/8' } });
    for (const url of ['/admin', '/admin/users', '/admin/main.js']) {
      expect((await fenced.inject({ url, remoteAddress: '203.0.113.7' })).statusCode).toBe(403);
      expect((await fenced.inject({ url, remoteAddress: '10.1.2.3' })).statusCode).toBe(200);
    }
  });

  it('is off in production unless ADMIN_PAGE=on', async () => {
    const off = await testGateway({ env: productionSettings() });
    expect((await off.inject({ url: '/admin' })).statusCode).toBe(404);
    const on = await testGateway({ env: productionSettings({ ADMIN_PAGE: 'on' }) });
    expect((await on.inject({ url: '/admin' })).statusCode).toBe(200);
  });
});

describe('the texts of the page', () => {
  const english = wordsIn('en');
  const german = wordsIn('de');

  it('are complete in both languages, with the same places for values', () => {
    expect(keysOf(german)).toEqual(keysOf(english));
    expect(placesOf(german)).toEqual(placesOf(english));
  });

  it('name every event of the audit log', () => {
    expect(Object.keys(english.events as Words).sort()).toEqual(Object.keys(auditEvents).sort());
  });
});

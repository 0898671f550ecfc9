import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { sharedGateway, type TestGateway, testGateway } from '../../support/app.js';
import { productionSettings } from '../../support/production.js';

let gateway: TestGateway;
beforeAll(async () => {
  gateway = await sharedGateway({ env: { PUBLIC_URL: 'http://auth.test:4000' } });
});
afterAll(() => gateway.close());

const PAGES = ['/dev/mail', '/dev/mail.json', '/dev/mail/mailbox.js', '/ide', '/ide/ide.js', '/%64ev/mail.json'];

describe('the pages of development', () => {
  it.each(PAGES)('%s answers to names that lead here for certain', async (url) => {
    const own = ['localhost', 'localhost:4000', 'LOCALHOST', 'app.localhost:4000', 'auth.test', 'auth.test:4000'];
    const addresses = ['127.0.0.1:4000', '127.1.2.3', '[::1]:4000', '192.168.1.20:4000', '[fd00::1]'];
    for (const host of [...own, ...addresses]) {
      expect((await gateway.inject({ url, headers: { host } })).statusCode, host).toBe(200);
    }
  });

  it.each(PAGES)('%s answers to no name that anybody could point here', async (url) => {
    const names = [
      'evil.example',
      'evil.example:4000',
      'localhost.evil.example',
      '127.0.0.1.evil.example',
      'xlocalhost',
    ];
    const broken = ['evil.example.', 'auth.test.evil.example', 'localhost@evil.example', 'a b'];
    for (const host of [...names, ...broken]) {
      const { statusCode, body } = await gateway.inject({ url, headers: { host } });
      expect([400, 403], host).toContain(statusCode);
      expect(body).not.toMatch(/<html|code/);
    }
    const forwarded = { host: 'evil.example', 'x-forwarded-host': 'localhost', forwarded: 'host=localhost' };
    expect((await gateway.inject({ url, headers: forwarded })).statusCode).toBe(403);
  });

  it.each(PAGES)('%s is read by no other origin', async (url) => {
    const origin = 'http://localhost:5173';
    const preflight = { origin, 'access-control-request-method': 'GET' };
    const answers = [
      await gateway.inject({ url, headers: { origin } }),
      await gateway.inject({ method: 'OPTIONS', url, headers: preflight }),
    ];
    for (const { headers } of answers.slice(0, url.includes('%') ? 1 : 2)) {
      expect(Object.keys(headers).filter((name) => name.startsWith('access-control-'))).toEqual([]);
    }
    const api = await gateway.send('{ csrfToken }', {}, { headers: { origin } });
    expect(api.headers['access-control-allow-origin']).toBe(origin);
  });

  it('the rest of the gateway answers to any name', async () => {
    for (const url of ['/health/live', '/.well-known/jwks.json', '/verify-email']) {
      expect((await gateway.inject({ url, headers: { host: 'inside.example' } })).statusCode, url).toBe(200);
    }
  });

  it('an IDE in production answers to the names of the operator', async () => {
    const production = await testGateway({ env: productionSettings({ GRAPHQL_IDE: 'on' }) });
    const ask = (url: string) => production.inject({ url, headers: { host: 'inside.example' } });
    expect((await ask('/ide')).statusCode).toBe(200);
    expect((await ask('/dev/mail.json')).statusCode).toBe(404);
  });
});

import { randomBytes } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { composeServices } from '@apollo/composition';
import { parse } from 'graphql';
import { expect, it } from 'vitest';
import { type Ask, type TestGateway, testGateway } from '../../support/app.js';

const SECRET = randomBytes(24).toString('base64url');

function production(env: Record<string, string> = {}) {
  return testGateway({
    env: {
      NODE_ENV: 'production',
      PUBLIC_URL: 'https://auth.example.com',
      SMTP_URL: 'smtps://user:password@mail.example.com',
      MAIL_FROM: 'Example <no-reply@example.com>',
      SECRET_KEY: randomBytes(32).toString('base64url'),
      RATE_LIMITS: 'login=25/1h',
      RUN_WORKER: 'false',
      ...env,
    },
  });
}

/** Both of the router's questions, one by one. */
async function askAsRouter(gateway: TestGateway, ask: Ask = {}) {
  const service = await gateway.send('{ _service { sdl } }', {}, ask);
  const entities = await gateway.send('{ _entities(representations: []) { __typename } }', {}, ask);
  return [service, entities];
}

async function expectOpen(gateway: TestGateway, ask?: Ask) {
  const [service, entities] = await askAsRouter(gateway, ask);
  expect(service?.errors).toEqual([]);
  expect(service?.data).toEqual({ _service: { sdl: expect.stringContaining('type User') } });
  expect(entities?.data).toEqual({ _entities: [] });
}

async function expectClosed(gateway: TestGateway, ask?: Ask) {
  for (const answer of await askAsRouter(gateway, ask)) {
    expect(answer.status).toBe(200);
    expect(answer.data).toBeNull();
    expect(answer.errors).toMatchObject([{ extensions: { code: 'FORBIDDEN' } }]);
    expect(answer.body).not.toContain('type User');
  }
}

it('is open in development, where no secret is set', async () => {
  await expectOpen(await testGateway({ env: { NODE_ENV: 'development' } }));
});

it('is closed in production, where no secret is set, whatever is sent', async () => {
  const gateway = await production();
  await expectClosed(gateway);
  await expectClosed(gateway, { headers: { 'x-router-secret': '' } });
  await expectClosed(gateway, { headers: { 'x-router-secret': 'undefined' } });
});

it.each([
  ['production', () => production({ ROUTER_SECRET: SECRET })],
  ['development', () => testGateway({ env: { NODE_ENV: 'development', ROUTER_SECRET: SECRET } })],
])('asks for the secret once it is set, in %s', async (_where, open) => {
  const gateway = await open();
  await expectOpen(gateway, { headers: { 'x-router-secret': SECRET } });
  await expectOpen(gateway, { headers: { 'router-authorization': SECRET } });
  await expectClosed(gateway);
  const wrong = [
    '',
    `${SECRET} `.repeat(2),
    SECRET.slice(0, -1),
    `${SECRET}x`,
    SECRET.toUpperCase(),
    'x'.repeat(SECRET.length),
    'x'.repeat(8_000),
  ];
  for (const header of ['x-router-secret', 'router-authorization'])
    for (const value of wrong) await expectClosed(gateway, { headers: { [header]: value } });
  await expectClosed(gateway, { token: SECRET });
  await expectClosed(gateway, { headers: { 'x-router-secret': 'wrong', 'router-authorization': SECRET } });
});

it('leaves the client operations open to who has no secret', async () => {
  const gateway = await production({ ROUTER_SECRET: SECRET });
  const { data, errors } = await gateway.send('{ me { id } authConfig { codeLength } }');
  expect(errors).toEqual([]);
  expect(data).toEqual({ me: null, authConfig: { codeLength: 6 } });
});

it('gives a router the schema that is committed, and still no introspection', async () => {
  const gateway = await production({ ROUTER_SECRET: SECRET });
  const headers = { 'x-router-secret': SECRET };
  const { data } = await gateway.send('{ _service { sdl } }', {}, { headers });
  const service = data?._service as { sdl: string } | undefined;
  const compose = (text: string) =>
    composeServices([{ name: 'accounts', url: 'http://accounts.internal', typeDefs: parse(text) }]);
  const committed = compose(readFileSync(new URL('../../../schema.graphql', import.meta.url), 'utf8'));
  expect(committed.errors).toBeUndefined();
  expect(compose(service?.sdl ?? '').supergraphSdl).toBe(committed.supergraphSdl);
  const introspection = await gateway.send('{ __schema { types { name } } }', {}, { headers });
  expect(introspection.status).toBe(400);
});

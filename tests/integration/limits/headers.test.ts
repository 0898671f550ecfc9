import { describe, expect, it } from 'vitest';
import { LoginDocument } from '../../generated/operations.js';
import { type TestGateway, testGateway } from '../../support/app.js';

type Item = { name: string; parameters: Record<string, number> };

/** Reads a list of strings with integer parameters (RFC 9651); anything else is refused. */
function parseList(field: unknown): Item[] {
  if (typeof field !== 'string') throw new Error(`No field: ${JSON.stringify(field)}`);
  return field.split(', ').map((text) => {
    const [, name, parameters] =
      /^"([\x20\x21\x23-\x5b\x5d-\x7e]+)"((?:;[a-z*][a-z0-9_.*-]*=-?\d{1,15})*)$/.exec(text) ?? [];
    if (name === undefined || parameters === undefined) throw new Error(`No structured field: ${text}`);
    const pairs = parameters.split(';').slice(1);
    return {
      name,
      parameters: Object.fromEntries(pairs.map((pair) => [pair.split('=')[0], Number(pair.split('=')[1])])),
    };
  });
}

async function login(gateway: TestGateway, identifier = 'bob') {
  return await gateway.ask(LoginDocument, { input: { identifier, password: 'wrong' } }, { from: '192.0.2.1' });
}

describe('X3: the headers of a limited field', () => {
  it('list the limits that count the caller alone, with policy and state', async () => {
    const gateway = await testGateway({ env: { RATE_LIMITS: 'on' } });
    const { headers } = await login(gateway);
    expect(parseList(headers['ratelimit-policy'])).toEqual([{ name: 'login-client', parameters: { q: 25, w: 3600 } }]);
    const states = parseList(headers.ratelimit);
    expect(states.map(({ name, parameters }) => [name, parameters.r])).toEqual([['login-client', 24]]);
    for (const { parameters } of states) expect(parameters.t).toBeGreaterThan(3_590);
    for (const { parameters } of states) expect(parameters.t).toBeLessThanOrEqual(3_600);
    expect(headers['retry-after']).toBeUndefined();
  });

  it('tell the longest wait once a limit is used up, as the problem does', async () => {
    const gateway = await testGateway({ env: { RATE_LIMITS: 'login=100/1m,login:account=2/1h' } });
    await login(gateway);
    await login(gateway);
    const { status, data, headers } = await login(gateway);
    const problem = data.login as { __typename: string; code: string; limit: number; retryAfterSeconds: number };
    expect(problem).toMatchObject({ __typename: 'AuthRateLimitProblem', code: 'RATE_LIMITED', limit: 2 });
    const account = parseList(headers.ratelimit).find(({ name }) => name === 'login-account')?.parameters;
    expect(account?.r).toBe(0);
    expect(Number(headers['retry-after'])).toBeGreaterThanOrEqual(account?.t ?? Number.POSITIVE_INFINITY);
    expect(problem.retryAfterSeconds).toBe(account?.t);
    expect(status).toBe(200);
    // The flood after it is refused from memory with the same figures.
    const again = await login(gateway);
    expect(parseList(again.headers.ratelimit).map(({ parameters }) => parameters.r)).toEqual([96, 0]);
  });

  it('come with 429 where nothing ran', async () => {
    const gateway = await testGateway({ env: { RATE_LIMITS: 'authConfig=1/1h' } });
    const ask = () => gateway.send('{ authConfig { codeLength } }');
    expect((await ask()).status).toBe(200);
    const { status, data, errors, headers } = await ask();
    expect(status).toBe(429);
    expect(data).toBeNull();
    const retryAfterSeconds = Number(headers['retry-after']);
    expect(retryAfterSeconds).toBeGreaterThan(3_590);
    expect(errors[0]?.extensions).toEqual({ code: 'RATE_LIMITED', limit: 1, retryAfterSeconds });
    expect(parseList(headers.ratelimit)).toEqual([
      { name: 'authConfig-client', parameters: { r: 0, t: retryAfterSeconds } },
    ]);
    expect(headers['cache-control']).toBe('no-store');
  });

  it('are readable for a page of an allowed origin', async () => {
    const gateway = await testGateway({ env: { RATE_LIMITS: 'on', CORS_ORIGINS: 'https://app.example.com' } });
    const { headers } = await gateway.send('{ csrfToken }', {}, { headers: { origin: 'https://app.example.com' } });
    const exposed = String(headers['access-control-expose-headers']).split(', ');
    expect(exposed).toEqual(
      expect.arrayContaining(['ratelimit', 'ratelimit-policy', 'retry-after', 'www-authenticate', 'x-request-id']),
    );
  });
});

import { describe, expect, inject, it } from 'vitest';
import { RefreshDocument } from '../../generated/operations.js';
import { atOnce, quickUser } from '../../support/accounts.js';
import { type TestGateway, testGateway } from '../../support/app.js';
import { expectType, loggedIn } from '../../support/journey.js';

async function session(gateway: TestGateway) {
  const { email } = await quickUser(gateway);
  const { refreshToken } = await loggedIn(gateway, email);
  const send = async (token: string) => await gateway.ask(RefreshDocument, { input: { refreshToken: token } });
  const next = async (token: string) =>
    expectType((await send(token)).data.refresh, 'RefreshSuccess').tokens.refreshToken ?? '';
  return { refreshToken, send, next };
}

const stores: [string, Record<string, string>][] = [['PostgreSQL', {}]];
const redisUrl = inject('redisUrl');
if (redisUrl !== null) stores.push(['Redis', { REDIS_URL: redisUrl }]);

describe.each(stores)('X1: a repeated refresh, counted by %s', (_store, env) => {
  it('uses up no point, however many there are, and is answered once the limit is reached', async () => {
    const gateway = await testGateway({ env: { ...env, RATE_LIMITS: 'refresh=3/1h' } });
    const { refreshToken, send, next } = await session(gateway);
    const second = await next(refreshToken);
    expect(new Set(await atOnce(20, () => next(refreshToken)))).toEqual(new Set([second]));
    const third = await next(second);
    const fourth = await next(third);
    const rejected = await send(fourth);
    expectType(rejected.data.refresh, 'AuthRateLimitProblem');
    expect(rejected.headers['retry-after']).toBeDefined();
    const repeated = await send(third);
    expect(expectType(repeated.data.refresh, 'RefreshSuccess').tokens.refreshToken).toBe(fourth);
    expect(repeated.headers['retry-after']).toBeUndefined();
    expect(repeated.headers.ratelimit).toMatch(/"refresh-session";r=0;/);
  });
});

it.each([
  ['30s', '', 360],
  ['15m', '', 60],
  ['30s', 'refresh=5/1h', 5],
])(
  'X1: with access tokens for %s and RATE_LIMITS=%j a session has %i refreshes an hour',
  async (ttl, limits, points) => {
    const gateway = await testGateway({ env: { ACCESS_TOKEN_TTL: ttl, RATE_LIMITS: limits || 'on' } });
    const { refreshToken, send } = await session(gateway);
    expect((await send(refreshToken)).headers['ratelimit-policy']).toBe(`"refresh-session";q=${points};w=3600`);
  },
);

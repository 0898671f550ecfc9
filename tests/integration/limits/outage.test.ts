import { describe, expect, inject, it, vi } from 'vitest';
import { LoginDocument } from '../../generated/operations.js';
import { type TestGateway, testGateway } from '../../support/app.js';
import { tcpProxy } from '../../support/tcp-proxy.js';

const redisUrl = inject('redisUrl');
const RATE_LIMITS = 'login=5/1h,login:account=1000/1h';

async function tries(gateway: TestGateway, count: number): Promise<string[]> {
  const each = Array.from({ length: count }, async (_, index) => {
    const { data } = await gateway.ask(LoginDocument, { input: { identifier: `nobody-${index}`, password: 'wrong' } });
    return data.login.__typename;
  });
  return await Promise.all(each);
}

const allowed = (types: string[]) => types.filter((type) => type === 'InvalidCredentialsProblem').length;

async function redisIs(gateway: TestGateway, ready: boolean): Promise<void> {
  await vi.waitFor(() => expect(gateway.dependencies.redis?.status === 'ready').toBe(ready), 10_000);
}

// Without Redis there is nothing to stop; the run says by what command it is installed.
describe.skipIf(redisUrl === null)('X4: Redis stopped in between', () => {
  it('PostgreSQL counts meanwhile, and Redis goes on from its own count', async () => {
    const proxy = await tcpProxy(redisUrl ?? '');
    const gateway = await testGateway({ env: { RATE_LIMITS, REDIS_URL: proxy.url } });
    await redisIs(gateway, true);
    expect(allowed(await tries(gateway, 3))).toBe(3);
    await proxy.cut();
    const meanwhile = await tries(gateway, 30);
    expect(allowed(meanwhile)).toBe(5);
    expect(meanwhile.filter((type) => type === 'AuthRateLimitProblem')).toHaveLength(25);
    const health = await gateway.inject({ url: '/health/ready' });
    expect(health.statusCode).toBe(200);
    expect(health.json()).toMatchObject({ status: 'degraded', parts: { cache: 'degraded', database: 'up' } });
    await proxy.mend();
    await redisIs(gateway, true);
    expect(allowed(await tries(gateway, 10))).toBe(2);
  });

  it('nothing passes where Redis and PostgreSQL are both away', async () => {
    const redis = await tcpProxy(redisUrl ?? '');
    const gateway = await testGateway({ env: { RATE_LIMITS, REDIS_URL: redis.url } });
    const database = await tcpProxy(gateway.database.url);
    const cutOff = await testGateway({
      replicaOf: gateway,
      env: { RATE_LIMITS, REDIS_URL: redis.url, DATABASE_URL: database.url },
    });
    await redisIs(cutOff, true);
    await redis.cut();
    await database.cut();
    expect(new Set(await tries(cutOff, 10))).toEqual(new Set(['AuthUnavailableProblem']));
  });
});

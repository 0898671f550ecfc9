import { randomBytes } from 'node:crypto';
import { describe, expect, it, onTestFinished } from 'vitest';
import { listenForMetrics } from '../../../src/http/metrics.js';
import {
  LoginDocument,
  RequestPasswordResetDocument,
  ResendVerificationDocument,
  SignupDocument,
  VerifyEmailDocument,
} from '../../generated/operations.js';
import { mailedTo, quickUser, rows, signedUp, wrongCode } from '../../support/accounts.js';
import { type TestGateway, testGateway } from '../../support/app.js';
import { eventually } from '../../support/eventually.js';
import { expectType, newEmail, PASSWORD } from '../../support/journey.js';
import { freePort } from '../../support/ports.js';
import { productionSettings } from '../../support/production.js';

const OWNER = { from: '203.0.113.10' };
const STRANGER = { from: '198.51.100.20' };
const login = (gateway: TestGateway, identifier: string, password: string, ask = OWNER) =>
  gateway.ask(LoginDocument, { input: { identifier, password } }, ask);

describe('E4: what is counted for a name tells strangers nothing', () => {
  it('no figure of an account or address is told before it refuses', async () => {
    const gateway = await testGateway({ env: { RATE_LIMITS: 'login:account=2/1h,verifyEmail:email=1/1h' } });
    const told = [];
    for (let tries = 0; tries < 3; tries += 1) {
      const { headers } = await login(gateway, 'bob', 'wrong', STRANGER);
      told.push(`${headers['ratelimit-policy']} ${headers.ratelimit}`.includes('account'));
    }
    expect(told).toEqual([false, false, true]);
    const verify = async () =>
      (await gateway.ask(VerifyEmailDocument, { input: { email: newEmail(), code: '000000' } }, STRANGER)).headers;
    expect(String((await verify()).ratelimit)).not.toContain('email');
  });

  it("the owner's sign-ins and verifications use up no try of the name", async () => {
    const gateway = await testGateway({ env: { RATE_LIMITS: 'login:account=2/1h,verifyEmail:email=2/1h' } });
    const { email } = await signedUp(gateway);
    const { code } = await mailedTo(gateway, email);
    const verify = async (text: string, ask = OWNER) =>
      (await gateway.ask(VerifyEmailDocument, { input: { email, code: text } }, ask)).data.verifyEmail;
    expectType(await verify(code), 'EmailVerified');
    expectType(await verify(wrongCode(code), STRANGER), 'CodeProblem');
    expectType(await verify(wrongCode(code), STRANGER), 'CodeProblem');
    expectType(await verify(wrongCode(code), STRANGER), 'AuthRateLimitProblem');
    for (let times = 0; times < 4; times += 1) {
      expectType((await login(gateway, email, PASSWORD)).data.login, 'LoginSuccess');
    }
    const names = [];
    for (let tries = 0; tries < 3; tries += 1) {
      names.push((await login(gateway, email, 'wrong', STRANGER)).data.login.__typename);
    }
    expect(names.map((name) => name === 'AuthRateLimitProblem')).toEqual([false, false, true]);
  });

  it('a try waits for the failures of its own network alone', async () => {
    const gateway = await testGateway({ env: { LOCKOUT_THRESHOLD: '6' } });
    const lastTry = async (ask: typeof OWNER) => {
      const name = newEmail();
      for (let tries = 0; tries < 5; tries += 1) await login(gateway, name, 'wrong', STRANGER);
      const start = performance.now();
      await login(gateway, name, 'wrong', ask);
      return performance.now() - start;
    };
    const [elsewhere, there] = [await lastTry(OWNER), await lastTry(STRANGER)];
    expect(there).toBeGreaterThan(998);
    expect(elsewhere).toBeLessThan(there);
  });

  it('resendAvailableAt does not tell when others asked', async () => {
    const gateway = await testGateway();
    const { email } = await quickUser(gateway);
    const asks = [ResendVerificationDocument, RequestPasswordResetDocument] as const;
    for (const document of asks) {
      const waitOf = async () => {
        const { body } = await gateway.ask(document as typeof ResendVerificationDocument, { input: { email } });
        const [, time = ''] = /"resendAvailableAt":"([^"]+)"/.exec(body) ?? [];
        return Math.round((new Date(time).getTime() - gateway.clock.now().getTime()) / 1_000);
      };
      const first = await waitOf();
      gateway.clock.advance(20);
      expect([first, await waitOf()]).toEqual([60, 60]);
    }
  });
});

describe('E4: metrics', () => {
  const figures = async (gateway: TestGateway) =>
    (await gateway.dependencies.metrics.metrics())
      .split('\n')
      .filter((line) => /^gatehouse_(mails|problems|password_checks)_total/.test(line))
      .toSorted();

  it('count known and unknown addresses alike', async () => {
    const seen = [];
    for (const isKnown of [true, false]) {
      const gateway = await testGateway({ worker: true });
      const { email } = await quickUser(gateway);
      const settled = async () =>
        await eventually(async () => {
          expect(await rows(gateway, "SELECT id FROM outbox_messages WHERE status = 'PENDING'")).toEqual([]);
        });
      await settled();
      gateway.clock.advance(61);
      const typed = isKnown ? email : newEmail();
      await gateway.ask(RequestPasswordResetDocument, { input: { email: typed } });
      await gateway.ask(ResendVerificationDocument, { input: { email: typed } });
      await gateway.ask(SignupDocument, { input: { email: typed, password: PASSWORD } });
      await login(gateway, typed, 'wrong');
      await settled();
      await eventually(async () => expect((await figures(gateway)).join()).toContain('gatehouse_mails_total 4'));
      seen.push(await figures(gateway));
    }
    expect(seen[1]).toEqual(seen[0]);
  });

  const TOKEN = randomBytes(32).toString('base64');

  it('are off on the public port in production, and ask for the token where one is set', async () => {
    const closed = await testGateway({ env: productionSettings() });
    expect((await closed.inject({ url: '/metrics' })).statusCode).toBe(404);
    const guarded = await testGateway({ env: productionSettings({ METRICS_TOKEN: TOKEN }) });
    const read = async (authorization?: string) =>
      (await guarded.inject({ url: '/metrics', headers: authorization === undefined ? {} : { authorization } }))
        .statusCode;
    expect([await read(), await read('Bearer x'), await read(`Basic ${TOKEN}`), await read(`Bearer ${TOKEN}`)]).toEqual(
      [401, 401, 401, 200],
    );
  });

  it('have a port of their own where one is set, and nothing else is there', async () => {
    const port = await freePort();
    const settings = { METRICS_PORT: String(port), METRICS_TOKEN: TOKEN, HOST: '127.0.0.1' };
    const gateway = await testGateway({ env: productionSettings(settings) });
    const close = await listenForMetrics(gateway.dependencies);
    onTestFinished(close);
    const ask = async (path: string, headers: Record<string, string> = {}) =>
      (await fetch(`http://127.0.0.1:${port}${path}`, { headers })).status;
    const authorization = `Bearer ${TOKEN}`;
    expect([await ask('/metrics'), await ask('/metrics', { authorization })]).toEqual([401, 200]);
    expect([await ask('/graphql', { authorization }), await ask('/health')]).toEqual([404, 404]);
    expect((await gateway.inject({ url: '/metrics', headers: { authorization } })).statusCode).toBe(404);
  });
});

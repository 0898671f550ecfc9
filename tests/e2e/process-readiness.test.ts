import { Agent, request } from 'node:http';
import { setTimeout as sleep } from 'node:timers/promises';
import { beforeAll, describe, expect, inject, it } from 'vitest';
import { setUpShared } from '../support/cleanup.js';
import type { ChildGateway } from '../support/process.js';
import { account, type TwoProcesses, tokensOf, twoProcesses } from '../support/two-processes.js';

const CLIENTS = 300;
const LOAD_MILLISECONDS = 4_000;
const LOOK_EVERY_MILLISECONDS = 200;
const body = JSON.stringify({ query: '{ me { id email } mySessions { nodes { id } } }' });

/** Asks as one client over its own connection; tells the status. */
function ask(gateway: ChildGateway, agent: Agent, token: string, client: number): Promise<number> {
  const from = `198.51.${Math.floor(client / 200)}.${(client % 200) + 1}`;
  const headers = { 'content-type': 'application/json', 'x-forwarded-for': from, authorization: `Bearer ${token}` };
  return new Promise((resolve, reject) => {
    const call = request({ agent, port: gateway.port, path: '/graphql', method: 'POST', headers }, (answer) => {
      answer.resume().once('end', () => resolve(answer.statusCode ?? 0));
      answer.once('error', reject);
    });
    call.once('error', reject).end(body);
  });
}

let parts: TwoProcesses;

describe.skipIf(inject('redisUrl') === null)('readiness of two processes', () => {
  beforeAll(async () => {
    const shared = await setUpShared(() => twoProcesses());
    ({ parts } = shared);
    return shared.close;
  });

  it('B7: many clients on a healthy database make neither of two processes unready', async () => {
    const { email } = await account(parts);
    const { token } = await tokensOf(parts.one, email);
    const agent = new Agent({ keepAlive: true, maxSockets: CLIENTS });
    const until = Date.now() + LOAD_MILLISECONDS;
    const answers: number[] = [];
    const readings: number[] = [];
    const clients = Array.from({ length: CLIENTS }, async (_, client) => {
      const gateway = parts.both[client % 2 === 0 ? 0 : 1];
      while (Date.now() < until) answers.push(await ask(gateway, agent, token, client));
    });
    const looks = parts.both.map(async ({ url }) => {
      while (Date.now() < until) {
        readings.push((await fetch(`${url}/health/ready`)).status);
        await sleep(LOOK_EVERY_MILLISECONDS);
      }
    });
    await Promise.all([...clients, ...looks]);
    agent.destroy();
    expect(answers.length).toBeGreaterThanOrEqual(CLIENTS);
    expect(new Set(answers)).toEqual(new Set([200]));
    expect(readings.length).toBeGreaterThan(4);
    expect(new Set(readings)).toEqual(new Set([200]));
  });
});

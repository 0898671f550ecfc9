import { expect, it } from 'vitest';
import { PASSWORD_HASH_COST } from '../../src/services/passwords/hasher.js';
import { LoginDocument } from '../generated/operations.js';
import { quickUser } from '../support/accounts.js';
import { type TestGateway, testGateway } from '../support/app.js';
import { newEmail } from '../support/journey.js';

const ROUNDS = 40;

function median(times: number[]): number {
  return times.sort((one, other) => one - other)[Math.floor(times.length / 2)] ?? 0;
}

async function timeOf(gateway: TestGateway, identifier: string): Promise<number> {
  const started = performance.now();
  await gateway.ask(LoginDocument, { input: { identifier, password: 'Wrong-Horse-7-Staple' } });
  return performance.now() - started;
}

it('E3: a login takes as long for an unknown account as for a known one', { retry: 2 }, async () => {
  const gateway = await testGateway({ hashCost: PASSWORD_HASH_COST });
  const known: number[] = [];
  const unknown: number[] = [];
  for (let round = 0; round < ROUNDS; round += 1) {
    // Each account is tried once: the tries before a lock are held back ever longer, known or not.
    const { email } = await quickUser(gateway);
    known.push(await timeOf(gateway, email));
    unknown.push(await timeOf(gateway, newEmail()));
  }
  const [one, other] = [median(known), median(unknown)];
  expect(one).toBeGreaterThan(5);
  expect(Math.abs(one - other)).toBeLessThan(Math.max(5, one * 0.1));
});

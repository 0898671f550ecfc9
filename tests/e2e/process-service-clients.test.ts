import { beforeAll, expect, it } from 'vitest';
import {
  AdminCreateServiceClientDocument,
  AdminRevokeServiceClientDocument,
  AdminRotateServiceClientSecretDocument,
  RevokeOtherSessionsDocument,
} from '../generated/operations.js';
import { setUpShared } from '../support/cleanup.js';
import { eventually } from '../support/eventually.js';
import { expectType } from '../support/journey.js';
import type { ChildGateway } from '../support/process.js';
import { account, type TwoProcesses, tokensOf, twoProcesses } from '../support/two-processes.js';

let parts: TwoProcesses;
let token: string;

beforeAll(async () => {
  const shared = await setUpShared(() => twoProcesses());
  parts = shared.parts;
  const { email, id } = await account(parts);
  await parts.rows("UPDATE users SET role = 'admin' WHERE id = $1", [id]);
  ({ token } = await tokensOf(parts.one, email));
  return shared.close;
}, 120_000);

async function created(): Promise<{ clientId: string; secret: string }> {
  const input = { name: 'resource', scopes: ['tokens:introspect'] };
  const { data } = await parts.one.ask(AdminCreateServiceClientDocument, { input }, { token });
  const { client, secret } = expectType(data.adminCreateServiceClient, 'ServiceClientSecret');
  return { clientId: client.id, secret };
}

async function introspect(gateway: ChildGateway, clientId: string, secret: string, asked = 'x') {
  const authorization = `Basic ${Buffer.from(`${clientId}:${secret}`).toString('base64')}`;
  const body = new URLSearchParams({ token: asked });
  const response = await fetch(`${gateway.url}/oauth/introspect`, { method: 'POST', headers: { authorization }, body });
  return { status: response.status, ...((await response.json()) as { active?: boolean }) };
}

it('AD4: a client that is revoked while both processes serve it is refused by both, and stays refused', async () => {
  const { clientId, secret } = await created();
  const seen = parts.both.map((): number[] => []);
  let isOver = false;
  const serving = parts.both.map(async (gateway, index) => {
    while (!isOver) seen[index]?.push((await introspect(gateway, clientId, secret)).status);
  });
  await eventually(() => expect(seen.every((statuses) => statuses.length > 5)).toBe(true));
  const { data } = await parts.one.ask(AdminRevokeServiceClientDocument, { input: { clientId } }, { token });
  expectType(data.adminRevokeServiceClient, 'ServiceClientUpdated');
  const from = performance.now();
  await eventually(() => expect(seen.every((statuses) => statuses.at(-1) === 401)).toBe(true));
  expect(performance.now() - from).toBeLessThan(5_000);
  const after = seen.map((statuses) => statuses.length);
  await eventually(() => expect(seen.every((statuses, index) => statuses.length > (after[index] ?? 0) + 5)).toBe(true));
  isOver = true;
  await Promise.all(serving);
  for (const statuses of seen) {
    const refusedFrom = statuses.indexOf(401);
    expect(new Set(statuses.slice(0, refusedFrom))).toEqual(new Set([200]));
    expect(new Set(statuses.slice(refusedFrom))).toEqual(new Set([401]));
  }
});

it('AD4: a rotation drops no request of either secret at either process', async () => {
  const { clientId, secret } = await created();
  const statuses: number[] = [];
  const use = async (one: string) => {
    for (const gateway of parts.both) statuses.push((await introspect(gateway, clientId, one)).status);
  };
  await use(secret);
  const { data } = await parts.other.ask(AdminRotateServiceClientSecretDocument, { input: { clientId } }, { token });
  const { secret: next } = expectType(data.adminRotateServiceClientSecret, 'ServiceClientSecret');
  await use(secret);
  await eventually(async () => expect((await introspect(parts.one, clientId, next)).status).toBe(200));
  await use(next);
  await use(secret);
  expect(new Set(statuses)).toEqual(new Set([200]));
});

it('a token is inactive at one process as soon as the other has ended its session', async () => {
  const { clientId, secret } = await created();
  const { email } = await account(parts);
  const [first, second] = [await tokensOf(parts.one, email), await tokensOf(parts.other, email)];
  expect(await introspect(parts.other, clientId, secret, first.token)).toMatchObject({ active: true });
  const { data } = await parts.one.ask(RevokeOtherSessionsDocument, {}, { token: second.token });
  expectType(data.revokeOtherSessions, 'SessionsRevoked');
  expect(await introspect(parts.other, clientId, secret, first.token)).toEqual({ status: 200, active: false });
  expect(await introspect(parts.one, clientId, secret, second.token)).toMatchObject({ active: true });
});

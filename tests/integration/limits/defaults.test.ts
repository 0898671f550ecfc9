import { afterAll, beforeAll, expect, it } from 'vitest';
import { operations } from '../../../src/operations/all.js';
import type { LimitPolicy } from '../../../src/operations/limit-policy.js';
import { ResendVerificationDocument, SignupDocument } from '../../generated/operations.js';
import { type Ask, sharedGateway, type TestGateway, testGateway } from '../../support/app.js';
import { eventually } from '../../support/eventually.js';
import { expectType, loggedIn, newEmail, PASSWORD, verifiedUser } from '../../support/journey.js';
import { documents } from '../../support/operation-calls.js';
import { asHeaders, service } from '../../support/service-clients.js';
import { staffMember } from '../../support/staff.js';

let gateway: TestGateway;
let token: string;
let refreshToken: string;
let headers: Record<string, string>;
beforeAll(async () => {
  gateway = await sharedGateway({ worker: true, env: { RATE_LIMITS: 'on' } });
  const { email } = await verifiedUser(gateway, {});
  ({ accessToken: token, refreshToken } = await loggedIn(gateway, email));
  const admin = await staffMember(gateway, 'admin');
  headers = asHeaders(await service(gateway, admin, ['tokens:introspect']));
});
afterAll(() => gateway.close());

/** The policies of the caller's own limits that a call is told, as `name limit/window`. */
async function policiesOf(text: string, ask: Ask = {}): Promise<string[]> {
  const { headers } = await gateway.send(text, {}, { from: '198.51.100.7', ...ask });
  const items = String(headers['ratelimit-policy'] ?? '').split(', ');
  return items.map((item) => item.replace(/^"([\w-]+)";q=(\d+);w=(\d+)$/, '$1 $2/$3'));
}

/** Limits of an account or address are shown to nobody, and those of lists only once they reject a call. */
const isShown = ({ scope, isQuiet }: LimitPolicy) => isQuiet !== true && scope !== 'account' && scope !== 'email';

function shownPolicies(field: string, limits: readonly LimitPolicy[]): string[] {
  const names = limits.map(({ scope }, index) => {
    const earlier = limits.slice(0, index).filter((limit) => limit.scope === scope).length;
    return `${field}-${scope}${earlier === 0 ? '' : `-${earlier + 1}`}`;
  });
  const shown = limits.map((limit, index) => ({ ...limit, name: names[index] })).filter(isShown);
  return shown.length === 0 ? [''] : shown.map(({ name, points, seconds }) => `${name} ${points}/${seconds}`);
}

const rows = Object.entries({ ...operations.Query, ...operations.Mutation }).filter(([, { who }]) => who !== 'router');

it.each(rows)('X1: %s is limited as its row says', async (field, { limits }) => {
  // One of those without limits ends the session.
  const ask = limits.length === 0 ? {} : { token, headers };
  expect(await policiesOf(documents[field] ?? '', ask)).toEqual(shownPolicies(field, limits));
});

it('X1: a rotation counts for its session, a repetition for nothing, and a forged token for its client', async () => {
  const remaining = async (presented: string, from: string) => {
    const text = `mutation { refresh(input: { refreshToken: "${presented}" }) { __typename } }`;
    const { headers } = await gateway.send(text, {}, { from });
    return Number(/;r=(\d+)/.exec(String(headers.ratelimit))?.[1]);
  };
  expect([await remaining(refreshToken, '203.0.113.1'), await remaining(refreshToken, '203.0.113.2')]).toEqual([
    59, 59,
  ]);
  const forged = `${refreshToken.slice(0, -2)}${refreshToken.endsWith('AA') ? 'BB' : 'AA'}`;
  const other = (at: number) => `${'A'.repeat(at)}${forged.slice(at)}`;
  const forgeries = [forged, other(3), other(20), 'x'];
  const counts = [];
  for (const one of forgeries) counts.push(await remaining(one, '203.0.113.3'));
  expect(counts).toEqual([59, 58, 57, 56]);
  expect(await remaining(refreshToken, '203.0.113.3')).toBe(59);
});

it('X1: session operations count for their user, wherever from', async () => {
  const remaining = async (from: string, ask: Ask) => {
    const { headers } = await gateway.send('mutation { revokeSession(id: "x") { __typename } }', {}, { ...ask, from });
    return Number(/;r=(\d+)/.exec(String(headers.ratelimit))?.[1]);
  };
  const first = await remaining('203.0.113.8', { token });
  expect(await remaining('203.0.113.9', { token })).toBe(first - 1);
  expect(await remaining('203.0.113.8', {})).toBe(29);
});

it('D5: outside production a newcomer may try the same things again and again', async () => {
  const relaxed = await testGateway({ worker: true, env: { RATE_LIMITS: '' } });
  const email = newEmail();
  const signup = await relaxed.ask(SignupDocument, { input: { email, password: PASSWORD } });
  expectType(signup.data.signup, 'SignupAccepted');
  expect(signup.headers['ratelimit-policy']).toBe('"signup-client";q=100;w=3600');
  for (let attempt = 0; attempt < 7; attempt += 1) {
    relaxed.clock.advance(61);
    const resent = await relaxed.ask(ResendVerificationDocument, { input: { email } });
    expectType(resent.data.resendVerification, 'MailAccepted');
  }
  await eventually(async () => expect(await relaxed.mails()).toHaveLength(8));
});

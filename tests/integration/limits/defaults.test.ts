import { readFileSync } from 'node:fs';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { rateLimitPolicies } from '../../../src/settings/rate-limit-policies.js';
import { ResendVerificationDocument, SignupDocument } from '../../generated/operations.js';
import { type Ask, sharedGateway, type TestGateway, testGateway } from '../../support/app.js';
import { eventually } from '../../support/eventually.js';
import { expectType, loggedIn, newEmail, PASSWORD, verifiedUser } from '../../support/journey.js';

let gateway: TestGateway;
let token: string;
let refreshToken: string;
beforeAll(async () => {
  gateway = await sharedGateway({ worker: true, env: { RATE_LIMITS: 'on' } });
  const { email } = await verifiedUser(gateway, {});
  ({ accessToken: token, refreshToken } = await loggedIn(gateway, email));
});
afterAll(() => gateway.close());

/** The policies of the caller's own limits that a call is told, as `name limit/window`. */
async function policiesOf(text: string, ask: Ask = {}): Promise<string[]> {
  const { headers } = await gateway.send(text, {}, { from: '198.51.100.7', ...ask });
  const items = String(headers['ratelimit-policy'] ?? '').split(', ');
  return items.map((item) => item.replace(/^"([\w-]+)";q=(\d+);w=(\d+)$/, '$1 $2/$3'));
}

const mutation = (call: string) => `mutation { ${call} { __typename } }`;

const mutations: [call: string, policies: string[]][] = [
  ['signup(input: { email: "a@b.example", password: "x" })', ['signup-client 5/3600']],
  ['login(input: { identifier: "x", password: "x" })', ['login-client 25/3600']],
  ['verifyEmail(input: { email: "a@b.example", code: "1" })', ['verifyEmail-client 10/3600']],
  ['verifyEmailWithToken(input: { token: "x" })', ['verifyEmailWithToken-client 10/3600']],
  ['resendVerification(input: { email: "a@b.example" })', ['resendVerification-client 5/3600']],
  ['exchangeToken(input: { token: "x" })', ['exchangeToken-client 10/3600']],
  ['completeTwoFactor(input: { challenge: "x", code: "1" })', ['completeTwoFactor-client 25/3600']],
  ['reauthenticate(input: { password: "x" })', ['reauthenticate-user 10/3600']],
  ['refresh(input: { refreshToken: "x" })', ['refresh-session 60/3600']],
  ['requestPasswordReset(input: { email: "a@b.example" })', ['requestPasswordReset-client 5/3600']],
  ['verifyPasswordResetCode(input: { email: "a@b.example", code: "1" })', ['verifyPasswordResetCode-client 10/3600']],
  ['resetPassword(input: { resetToken: "x", newPassword: "x" })', ['resetPassword-client 10/3600']],
  ['changePassword(input: { currentPassword: "x", newPassword: "x" })', ['changePassword-user 10/3600']],
  ['updateProfile(input: {})', ['updateProfile-user 30/3600']],
  ['requestEmailChange(input: { newEmail: "a@b.example" })', ['requestEmailChange-user 5/3600']],
  [
    'confirmEmailChange(input: { code: "1" })',
    ['confirmEmailChange-user 10/3600', 'confirmEmailChange-user-2 20/86400'],
  ],
  ['revertEmailChange(input: { token: "x" })', ['revertEmailChange-client 10/3600']],
  ['deleteAccount(input: { password: "x" })', ['deleteAccount-user 10/3600']],
  ['reportSession(input: { token: "x" })', ['reportSession-client 10/3600']],
  ['enrolTotp', ['enrolTotp-user 10/3600']],
  ['confirmTotp(input: { code: "1" })', ['confirmTotp-user 20/3600']],
  ['disableTotp(input: { password: "x", code: "1" })', ['disableTotp-user 10/3600']],
  ['regenerateRecoveryCodes(input: { password: "x", code: "1" })', ['regenerateRecoveryCodes-user 10/3600']],
  ['revokeSession(id: "x")', ['revokeSession-user 30/3600']],
  ['revokeOtherSessions', ['revokeOtherSessions-user 10/3600']],
];

it.each(mutations)('X1: %s is limited as the table says', async (call, policies) => {
  expect(await policiesOf(mutation(call), { token })).toEqual(policies);
});

it.each([
  ['login', 'account', 10, 3_600],
  ['verifyEmail', 'email', 20, 86_400],
  ['verifyPasswordResetCode', 'email', 20, 86_400],
])('X1: %s is limited for each %s, by %i in %i seconds', (field, scope, points, seconds) => {
  expect(rateLimitPolicies.Mutation?.[field]).toContainEqual({ scope, points, seconds });
});

it.each([
  ['{ authConfig { codeLength } }', ['authConfig-client 100/3600']],
  ['{ csrfToken }', ['csrfToken-client 100/3600']],
  ['{ me { id } mySessions { totalCount } }', ['']],
])('X1: %s is limited as the table says', async (text, policies) => {
  expect(await policiesOf(text, { token })).toEqual(policies);
});

it('X1: every limited mutation is in the table above and in docs/errors.md', () => {
  const limited = Object.keys(rateLimitPolicies.Mutation ?? {}).toSorted();
  expect(mutations.map(([call]) => call.replace(/\(.*/s, '')).toSorted()).toEqual(limited);
  const documented = readFileSync('docs/errors.md', 'utf8').split('## Limits')[1]?.split('\n\n')[1] ?? '';
  for (const field of limited) expect(documented).toContain(`\`${field}\``);
});

it('X1: a refresh counts for its session, and a forged token for its client', async () => {
  const remaining = async (presented: string, from: string) => {
    const text = `mutation { refresh(input: { refreshToken: "${presented}" }) { __typename } }`;
    const { headers } = await gateway.send(text, {}, { from });
    return Number(/;r=(\d+)/.exec(String(headers.ratelimit))?.[1]);
  };
  expect([await remaining(refreshToken, '203.0.113.1'), await remaining(refreshToken, '203.0.113.2')]).toEqual([
    59, 58,
  ]);
  const forged = `${refreshToken.slice(0, -2)}${refreshToken.endsWith('AA') ? 'BB' : 'AA'}`;
  const other = (at: number) => `${'A'.repeat(at)}${forged.slice(at)}`;
  const forgeries = [forged, other(3), other(20), 'x'];
  const counts = [];
  for (const one of forgeries) counts.push(await remaining(one, '203.0.113.3'));
  expect(counts).toEqual([59, 58, 57, 56]);
  expect(await remaining(refreshToken, '203.0.113.3')).toBe(57);
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

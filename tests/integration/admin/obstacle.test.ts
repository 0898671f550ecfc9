import { readFileSync } from 'node:fs';
import { buildSchema, isUnionType } from 'graphql';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { subjectKey } from '../../../src/services/attempts/subject.js';
import {
  AdminDisableUserDocument,
  AdminRequirePasswordChangeDocument,
  AdminUnlockUserDocument,
  AdminUserDocument,
  ExchangeTokenDocument,
  LoginDocument,
} from '../../generated/operations.js';
import { quickUser, rows, signedUp } from '../../support/accounts.js';
import { sharedGateway, type TestGateway } from '../../support/app.js';
import { expectType, loggedIn, PASSWORD } from '../../support/journey.js';
import { type StaffMember, staffMember } from '../../support/staff.js';
import { challengeOf, complete, twoFactorUser, wrongAppCode } from '../../support/totp.js';

let gateway: TestGateway;
let limited: TestGateway;
let admin: StaffMember;
let limitedAdmin: StaffMember;

beforeAll(async () => {
  gateway = await sharedGateway();
  limited = await sharedGateway({ env: { RATE_LIMITS: 'login:account=2/1h,login=1000/1h' } });
  [admin, limitedAdmin] = [await staffMember(gateway, 'admin'), await staffMember(limited, 'admin')];
});
afterAll(() => Promise.all([gateway.close(), limited.close()]));

const WRONG = 'Wrong-Horse-7-Staple';
const OTHER = { reason: 'OTHER' } as const;

async function obstacleOf(id: string, [where, { token }]: [TestGateway, StaffMember] = [gateway, admin]) {
  return (await where.ask(AdminUserDocument, { id }, { token })).data.adminUser?.signInObstacle ?? null;
}

async function login(
  identifier: string,
  { password = PASSWORD, deviceToken = undefined as string | undefined, on = gateway } = {},
) {
  const input = { identifier, password, deviceToken, rememberDevice: true, tokenDelivery: 'BODY' as const };
  return (await on.ask(LoginDocument, { input })).data.login;
}

async function idOf(email: string): Promise<string> {
  return (await rows<{ id: string }>(gateway, 'SELECT id FROM users WHERE email = ?', [email]))[0]?.id ?? '';
}

async function lockedBy(attempt: () => Promise<{ __typename: string }>): Promise<{ __typename: string }> {
  for (let count = 0; count < 10; count += 1) await attempt();
  return await attempt();
}

/** A refused sign-in, and the account of it. */
type Refused = { id: string; refused: { __typename: string }; on?: [TestGateway, StaffMember] };

const scenarios: Record<
  string,
  { what: string; refuse: () => Promise<Refused>; code: string; remedy: string | null }[]
> = {
  InvalidCredentialsProblem: [
    {
      what: 'a wrong password',
      code: 'INVALID_CREDENTIALS',
      remedy: 'SEND_PASSWORD_RESET',
      async refuse() {
        const { id, email } = await quickUser(gateway);
        return { id, refused: await login(email, { password: WRONG }) };
      },
    },
  ],
  EmailNotVerifiedProblem: [
    {
      what: 'an address that is not verified',
      code: 'EMAIL_NOT_VERIFIED',
      remedy: 'RESEND_VERIFICATION',
      async refuse() {
        const { email } = await signedUp(gateway);
        return { id: await idOf(email), refused: await login(email) };
      },
    },
  ],
  AccountDisabledProblem: [
    {
      what: 'a disabled account',
      code: 'ACCOUNT_DISABLED',
      remedy: 'ENABLE',
      async refuse() {
        const { id, email } = await quickUser(gateway);
        await gateway.ask(AdminDisableUserDocument, { input: { userId: id, ...OTHER } }, { token: admin.token });
        return { id, refused: await login(email) };
      },
    },
  ],
  AccountLockedProblem: [
    {
      what: 'a locked name',
      code: 'ACCOUNT_LOCKED',
      remedy: 'UNLOCK',
      async refuse() {
        const { id, email } = await quickUser(gateway);
        return { id, refused: await lockedBy(() => login(email, { password: WRONG })) };
      },
    },
    {
      what: 'a name whose failures in a row are used up, long after its last lock',
      code: 'ACCOUNT_LOCKED',
      remedy: 'UNLOCK',
      async refuse() {
        const { id, email } = await quickUser(gateway);
        await login(email, { password: WRONG });
        const key = subjectKey(gateway.dependencies.secretKeys, { scope: 'identifier', value: email });
        await rows(gateway, 'UPDATE login_failures SET total = 100 WHERE key = ? RETURNING key', [key]);
        return { id, refused: await login(email) };
      },
    },
    {
      what: 'a locked device',
      code: 'ACCOUNT_LOCKED',
      remedy: 'UNLOCK',
      async refuse() {
        const { id, email } = await quickUser(gateway);
        const { deviceToken } = expectType(await login(email), 'LoginSuccess');
        const refused = await lockedBy(() => login(email, { password: WRONG, deviceToken: deviceToken ?? undefined }));
        return { id, refused };
      },
    },
    {
      what: 'locked authenticator codes',
      code: 'ACCOUNT_LOCKED',
      remedy: 'UNLOCK',
      async refuse() {
        const user = await twoFactorUser(gateway);
        const attempt = async () =>
          await complete(gateway, await challengeOf(gateway, user.email), wrongAppCode(gateway, user.secret));
        return { id: user.id, refused: await lockedBy(attempt) };
      },
    },
  ],
  PasswordChangeRequired: [
    {
      what: 'a breached password',
      code: 'PASSWORD_REJECTED',
      remedy: 'SEND_PASSWORD_RESET',
      async refuse() {
        const { id, email } = await quickUser(gateway);
        await rows(gateway, 'UPDATE users SET password_breached_at = now() WHERE id = ? RETURNING id', [id]);
        return { id, refused: await login(email) };
      },
    },
    {
      what: 'a password that an admin wants changed',
      code: 'PASSWORD_REJECTED',
      remedy: 'SEND_PASSWORD_RESET',
      async refuse() {
        const { id, email } = await quickUser(gateway);
        const input = { userId: id, ...OTHER };
        await gateway.ask(AdminRequirePasswordChangeDocument, { input }, { token: admin.token });
        return { id, refused: await login(email) };
      },
    },
    {
      what: 'a contested password',
      code: 'PASSWORD_REJECTED',
      remedy: 'SEND_PASSWORD_RESET',
      async refuse() {
        const { id, exchangeToken: token } = await quickUser(gateway);
        await rows(gateway, 'UPDATE users SET password_contested_at = now() WHERE id = ? RETURNING id', [id]);
        const { data } = await gateway.ask(ExchangeTokenDocument, { input: { token, tokenDelivery: 'BODY' } });
        return { id, refused: data.exchangeToken };
      },
    },
  ],
  CodeProblem: [
    {
      what: 'a wrong code of the second factor',
      code: 'TWO_FACTOR_CODE_INVALID',
      remedy: 'RESET_TWO_FACTOR',
      async refuse() {
        const user = await twoFactorUser(gateway);
        gateway.clock.advance(1);
        const challenge = await challengeOf(gateway, user.email);
        return { id: user.id, refused: await complete(gateway, challenge, wrongAppCode(gateway, user.secret)) };
      },
    },
  ],
  AuthRateLimitProblem: [
    {
      what: 'the limit of an account',
      code: 'RATE_LIMITED',
      remedy: 'UNLOCK',
      async refuse() {
        const { id, email } = await quickUser(limited);
        for (let count = 0; count < 2; count += 1) await login(email, { password: WRONG, on: limited });
        return { id, refused: await login(email, { on: limited }), on: [limited, limitedAdmin] };
      },
    },
  ],
};

/** Results that refuse nobody, or say nothing about an account. */
const OTHERS = ['LoginSuccess', 'TwoFactorRequired', 'AuthInputProblem', 'AuthUnavailableProblem'];

it('every result of a sign-in that refuses has a scenario here', () => {
  const schema = buildSchema(readFileSync('schema.graphql', 'utf8'), { assumeValid: true, assumeValidSDL: true });
  const members = ['LoginResult', 'CompleteTwoFactorResult'].flatMap((name) => {
    const type = schema.getType(name);
    return isUnionType(type) ? type.getTypes().map((member) => member.name) : [];
  });
  expect([...new Set(members)].toSorted()).toEqual([...Object.keys(scenarios), ...OTHERS].toSorted());
});

const each = Object.entries(scenarios).flatMap(([type, ofType]) => ofType.map((one) => ({ ...one, type })));

it.each(each)(
  '$what is refused, and named with what removes it',
  async ({ refuse, type, code, remedy }) => {
    const { id, refused, on } = await refuse();
    expect(refused.__typename).toBe(type);
    const obstacle = await obstacleOf(id, on);
    expect(obstacle).toMatchObject({ code, remedy });
    expect(obstacle?.explanation).toMatch(/^[A-Z].*\.$/);
    if (code !== 'RATE_LIMITED') expect(obstacle?.lastRefusal).toMatchObject({ userId: id, success: false });
  },
  60_000,
);

it('is null for somebody who can sign in, and after the act that removes it', async () => {
  const { id, email } = await quickUser(gateway);
  expect(await obstacleOf(id)).toBeNull();
  await lockedBy(() => login(email, { password: WRONG }));
  await gateway.ask(AdminUnlockUserDocument, { input: { userId: id, ...OTHER } }, { token: admin.token });
  expect(await obstacleOf(id)).toBeNull();
  gateway.clock.advance(1);
  await loggedIn(gateway, email);
  expect(await obstacleOf(id)).toBeNull();
}, 60_000);

import { afterAll, beforeAll, expect, it } from 'vitest';
import { operations } from '../../../src/operations/all.js';
import { LoginDocument } from '../../generated/operations.js';
import { accountOf, quickUser, rows, signedUp } from '../../support/accounts.js';
import { databaseText } from '../../support/all-data.js';
import { sharedGateway, type TestGateway } from '../../support/app.js';
import { loggedIn, newEmail } from '../../support/journey.js';
import { service } from '../../support/service-clients.js';
import { type StaffMember, staffMember } from '../../support/staff.js';
import { twoFactorUser } from '../../support/totp.js';

let gateway: TestGateway;
let admin: StaffMember;

beforeAll(async () => {
  gateway = await sharedGateway();
  admin = await staffMember(gateway, 'admin');
  await rows(gateway, `CREATE FUNCTION refuse() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN RAISE 'refused'; END $$`);
});
afterAll(() => gateway.close());

type Input = Record<string, unknown>;

const WHY = { reason: 'OTHER' };
const one = async (text: string, values: unknown[]) => (await rows<{ id: string }>(gateway, text, values))[0]?.id ?? '';
const ofUser = async () => ({ ...WHY, userId: (await quickUser(gateway)).id });
const ofUnverified = async () => {
  const { email } = await signedUp(gateway);
  // Emails to one address have a cool-down.
  gateway.clock.advance(61);
  return { ...WHY, userId: (await accountOf(gateway, email))?.id };
};
const ofSignedIn = async () => {
  const { email, id } = await quickUser(gateway);
  const { session } = await loggedIn(gateway, email);
  return { userId: id, sessionId: session.id };
};

const ofClient = async () => ({ clientId: (await service(gateway, admin, ['users:read'])).id });

/** What each act needs in order to succeed. */
const inputs: Record<string, () => Promise<Input>> = {
  async adminUnlockUser() {
    const { email, id } = await quickUser(gateway);
    let result: string | undefined;
    while (result !== 'AccountLockedProblem') {
      const { data } = await gateway.ask(LoginDocument, { input: { identifier: email, password: 'wrong' } });
      result = data.login.__typename;
    }
    return { ...WHY, userId: id };
  },
  adminDisableUser: ofUser,
  async adminEnableUser() {
    const input = await ofUser();
    await rows(gateway, 'UPDATE users SET disabled_at = now() WHERE id = ? RETURNING id', [input.userId]);
    return input;
  },
  adminSetUserRole: async () => ({ ...(await ofUser()), role: 'support' }),
  adminResetTwoFactor: async () => ({ ...WHY, userId: (await twoFactorUser(gateway)).id }),
  adminEndUserSessions: async () => ({ ...WHY, userId: (await ofSignedIn()).userId }),
  adminEndSession: async () => ({ ...WHY, sessionId: (await ofSignedIn()).sessionId }),
  adminVerifyUserEmail: ofUnverified,
  adminResendVerification: ofUnverified,
  adminSendPasswordReset: ofUser,
  adminRequirePasswordChange: ofUser,
  adminInviteUser: async () => ({ ...WHY, email: newEmail(), role: 'support' }),
  async adminDeleteUser() {
    const { email, id } = await quickUser(gateway);
    return { ...WHY, userId: id, email };
  },
  async adminRetryMail() {
    const { email } = await signedUp(gateway);
    const text = "UPDATE outbox_messages SET status = 'FAILED', finished_at = now() WHERE recipient = ? RETURNING id";
    return { mailId: await one(text, [email]) };
  },
  adminSendTestMail: async () => ({ email: newEmail() }),
  adminRotateSigningKey: async () => ({}),
  adminCreateServiceClient: async () => ({ name: 'billing', scopes: ['users:read'] }),
  adminRotateServiceClientSecret: ofClient,
  adminRevokeServiceClient: ofClient,
};

const acts = Object.entries(operations.Mutation).flatMap(([field, row]) => (row.who === 'staff' ? [field] : []));

async function act(field: string, input: Input) {
  const ownType = `Admin${field.slice('admin'.length)}Input`;
  const type = 'clientId' in input ? 'AdminServiceClientInput' : ownType;
  const isOfUser = 'userId' in input && Object.keys(input).length === 2;
  const document =
    Object.keys(input).length === 0
      ? `mutation { field: ${field} { __typename } }`
      : `mutation($input: ${isOfUser ? 'AdminUserInput' : type}!) { field: ${field}(input: $input) { __typename } }`;
  const { data, errors } = await gateway.send(document, { input }, { token: admin.token });
  const { __typename: result } = (data?.field ?? {}) as { __typename?: string };
  return { result, code: errors[0]?.extensions.code };
}

/** Every row, but for those that are written beside a transaction. */
async function everything(): Promise<string[]> {
  const text = await databaseText(gateway.database.url);
  return text
    .split('\n')
    .filter((row) => !/^(?:public\.)?rate_limits /.test(row))
    .sort();
}

it('every act has an example', () => {
  expect(Object.keys(inputs).sort()).toEqual(acts.toSorted());
});

it.each(acts)('%s leaves nothing half done when its transaction fails at the end', async (field) => {
  const input = (await inputs[field]?.()) ?? {};
  const before = await everything();
  await rows(
    gateway,
    `CREATE TRIGGER refuse BEFORE INSERT ON audit_events FOR EACH ROW WHEN (NEW.actor_id = '${admin.id}') EXECUTE FUNCTION refuse()`,
  );
  const failed = await act(field, input).finally(() => rows(gateway, 'DROP TRIGGER refuse ON audit_events'));
  expect(failed).toEqual({ result: undefined, code: 'INTERNAL_SERVER_ERROR' });
  expect(await everything()).toEqual(before);
  const { result } = await act(field, input);
  expect(result).not.toMatch(/Problem$/);
  expect(await everything()).not.toEqual(before);
});

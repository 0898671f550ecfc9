import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { AdminCreateServiceClientDocument, AdminServiceClientsDocument } from '../../generated/operations.js';
import { atOnce, rows } from '../../support/accounts.js';
import { databaseText } from '../../support/all-data.js';
import { sharedGateway, type TestGateway } from '../../support/app.js';
import { eventually } from '../../support/eventually.js';
import { expectType } from '../../support/journey.js';
import { lockRows } from '../../support/row-lock.js';
import { asHeaders, revoked, rotated, service } from '../../support/service-clients.js';
import { type StaffMember, staffMember } from '../../support/staff.js';

let gateway: TestGateway;
let admin: StaffMember;
const NO_CLIENT = '01890a5d-ac96-774b-bcce-b302099a8057';

beforeAll(async () => {
  gateway = await sharedGateway();
  admin = await staffMember(gateway, 'admin');
});
afterAll(() => gateway.close());

async function eventsOf(type: string, clientId: string) {
  const text =
    "SELECT success, actor_id, metadata FROM audit_events WHERE type = ? AND metadata->>'serviceClientId' = ?";
  return await rows(gateway, text, [type, clientId]);
}

async function clientsOf(token = admin.token) {
  const { data } = await gateway.ask(AdminServiceClientsDocument, { first: 100 }, { token });
  return data.adminServiceClients.nodes;
}

const create = async (input: Record<string, unknown>, token = admin.token) =>
  (await gateway.ask(AdminCreateServiceClientDocument, { input } as never, { token })).data.adminCreateServiceClient;

describe('AD4: a service client', () => {
  it('is created with a secret that is shown once, and never stored', async () => {
    const input = { name: '  Billing  ', scopes: ['tokens:introspect', 'users:read', 'users:read'] };
    const { client, secret } = expectType(await create(input), 'ServiceClientSecret');
    expect(secret).toMatch(new RegExp(`^gh_${client.id}_[A-Za-z0-9_-]{43}$`));
    expect(secret.startsWith(client.secretPrefix)).toBe(true);
    expect(client.secretPrefix).toHaveLength(`gh_${client.id}_`.length + 4);
    expect(client).toMatchObject({ name: 'Billing', scopes: ['users:read', 'tokens:introspect'], revokedAt: null });
    expect(await clientsOf()).toContainEqual(client);
    const stored = await databaseText(gateway.database.url);
    expect(stored).toContain(client.secretPrefix);
    expect(stored).not.toContain(secret.slice(client.secretPrefix.length));
    expect(gateway.logLines.join('\n')).not.toContain(secret);
    const metadata = { by: 'admin', serviceClientId: client.id, scopes: 'users:read tokens:introspect' };
    expect(await eventsOf('SERVICE_CLIENT_CREATE', client.id)).toEqual([
      { success: true, actor_id: admin.id, metadata },
    ]);
  });

  it.each([
    ['an unknown scope', { scopes: ['users:write'] }, ['input', 'scopes'], 'oneOf'],
    ['no scope', { scopes: [] }, ['input', 'scopes'], 'required'],
    ['a blank name', { name: ' ' }, ['input', 'name'], 'blank'],
    ['a name that is too long', { name: 'x'.repeat(101) }, ['input', 'name'], 'too_long'],
    [
      'an expiry that the database cannot hold',
      { expiresAt: '9999-12-31T23:59:59-10:00' },
      ['input', 'expiresAt'],
      'range',
    ],
    ['an expiry in the past', { expiresAt: '2001-01-01T00:00:00Z' }, ['input', 'expiresAt'], 'range'],
  ])('is not created with %s', async (_what, wrong, path, rule) => {
    const outcome = await gateway.send(
      `mutation($input: AdminCreateServiceClientInput!) { adminCreateServiceClient(input: $input) {
        __typename ... on AuthInputProblem { fields { path rule } } } }`,
      { input: { name: 'x', scopes: ['users:read'], ...wrong } },
      { token: admin.token },
    );
    expect(outcome.data?.adminCreateServiceClient).toEqual({
      __typename: 'AuthInputProblem',
      fields: [{ path, rule }],
    });
  });

  it('is for admins with a recent sign-in; support reads the list', async () => {
    const support = await staffMember(gateway, 'support');
    const { id } = await service(gateway, admin, ['users:read']);
    expect((await clientsOf(support.token)).map((client) => client.id)).toContain(id);
    const old = await staffMember(gateway, 'admin');
    gateway.clock.advance(601);
    for (const { token, code } of [
      { token: support.token, code: 'FORBIDDEN' },
      { token: old.token, code: 'REAUTHENTICATION_REQUIRED' },
    ]) {
      const outcomes = [
        await create({ name: 'x', scopes: ['users:read'] }, token),
        await rotated(gateway, { token }, id),
        await revoked(gateway, { token }, id),
      ];
      for (const outcome of outcomes) expect(expectType(outcome, 'AuthAccessProblem').code).toBe(code);
    }
    admin = await staffMember(gateway, 'admin');
  });

  it('is refused to an admin whose role was taken away meanwhile', async () => {
    const former = await staffMember(gateway, 'admin');
    await rows(gateway, "UPDATE users SET role = 'user' WHERE id = ? RETURNING id", [former.id]);
    const { id } = await service(gateway, admin, ['users:read']);
    expect(expectType(await revoked(gateway, former, id), 'AuthAccessProblem').code).toBe('FORBIDDEN');
    const text = "SELECT metadata FROM audit_events WHERE type = 'SERVICE_CLIENT_REVOKE' AND actor_id = ?";
    expect(await rows(gateway, text, [former.id])).toEqual([{ metadata: { by: 'admin', problem: 'FORBIDDEN' } }]);
  });

  it('is not found by an id that is unknown or is none', async () => {
    for (const id of ['no-id', NO_CLIENT]) {
      expectType(await rotated(gateway, admin, id), 'AuthNotFoundProblem');
      expectType(await revoked(gateway, admin, id), 'AuthNotFoundProblem');
    }
  });

  it('gets one new secret from two rotations of the same one, and the secret in use survives both', async () => {
    const first = await service(gateway, admin, ['users:read']);
    const lock = await lockRows(gateway.database.url, 'service_clients', 'id', first.id);
    const rotating = atOnce(2, () => rotated(gateway, admin, first.id));
    await eventually(async () => expect(await lock.waiting('service_clients')).toBe(2));
    await lock.release();
    const outcomes = await rotating;
    expect(outcomes.map(({ __typename }) => __typename).sort()).toEqual(['AuthConflictProblem', 'ServiceClientSecret']);
    const [won] = outcomes.flatMap((outcome) => (outcome.__typename === 'ServiceClientSecret' ? [outcome.secret] : []));
    for (const secret of [first.secret, won ?? '']) {
      const { data } = await gateway.send(
        '{ introspectToken(token: "x") { ... on AuthProblem { code } } }',
        {},
        { headers: asHeaders({ id: first.id, secret }) },
      );
      expect(data?.introspectToken).toEqual({ code: 'FORBIDDEN' });
    }
    const events = await eventsOf('SERVICE_CLIENT_ROTATE', first.id);
    expect(events.map(({ success }) => success)).toEqual([true]);
  });

  it('is revoked once; a second time changes and records nothing', async () => {
    const { id } = await service(gateway, admin, ['users:read']);
    const outcomes = await atOnce(3, () => revoked(gateway, admin, id));
    const times = outcomes.map((outcome) => expectType(outcome, 'ServiceClientUpdated').client.revokedAt);
    gateway.clock.advance(5);
    const again = expectType(await revoked(gateway, admin, id), 'ServiceClientUpdated');
    expect(new Set([...times, again.client.revokedAt]).size).toBe(1);
    expect(await eventsOf('SERVICE_CLIENT_REVOKE', id)).toHaveLength(1);
    expectType(await rotated(gateway, admin, id), 'AuthConflictProblem');
  });

  it('is not rotated once it has expired', async () => {
    const expiresAt = new Date(gateway.clock.now().getTime() + 60_000).toISOString();
    const { id } = await service(gateway, admin, ['users:read'], expiresAt);
    gateway.clock.advance(60);
    expectType(await rotated(gateway, admin, id), 'AuthConflictProblem');
  });
});

it('lists clients in pages, newest first, without a gap', async () => {
  const own = await sharedGateway();
  const boss = await staffMember(own, 'admin');
  const made: string[] = [];
  for (let index = 0; index < 5; index += 1) {
    made.unshift((await service(own, boss, ['events:read'])).id);
    // Two of one time are told apart by their ids.
    if (index !== 2) own.clock.advance(1);
  }
  const found: string[] = [];
  let after: string | null | undefined;
  do {
    const { data } = await own.ask(AdminServiceClientsDocument, { first: 2, after }, { token: boss.token });
    found.push(...data.adminServiceClients.nodes.map(({ id }) => id));
    after = data.adminServiceClients.pageInfo.hasNextPage ? data.adminServiceClients.pageInfo.endCursor : null;
  } while (after != null);
  expect(found).toHaveLength(5);
  expect(new Set(found)).toEqual(new Set(made));
  expect([found[0], found.at(-1)]).toEqual([made[0], made.at(-1)]);
  const foreign = await own.ask(AdminServiceClientsDocument, { after: 'x' }, { token: boss.token });
  expect(foreign.errors[0]?.extensions.code).toBe('INPUT_INVALID');
  await own.close();
});

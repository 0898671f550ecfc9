import { afterAll, beforeAll, expect, it } from 'vitest';
import { AdminUserDocument } from '../../generated/operations.js';
import { atOnce, quickUser, rows } from '../../support/accounts.js';
import { sharedGateway, type TestGateway, testGateway } from '../../support/app.js';
import { loggedIn } from '../../support/journey.js';
import { staffMember } from '../../support/staff.js';

let gateway: TestGateway;
beforeAll(async () => {
  gateway = await sharedGateway();
});
afterAll(() => gateway.close());

it('reading the details of an account is recorded once an hour for each reader and account, by however many replicas', async () => {
  const replica = await testGateway({ replicaOf: gateway });
  const [admin, support] = [await staffMember(gateway, 'admin'), await staffMember(gateway, 'support')];
  const [user, other] = [await quickUser(gateway), await quickUser(gateway)];
  const read = (id: string, { token } = admin, on = gateway) => on.ask(AdminUserDocument, { id }, { token });
  const recorded = async () =>
    await rows(
      gateway,
      "SELECT actor_id, user_id, success FROM audit_events WHERE type = 'ADMIN_READ' ORDER BY created_at, user_id = ? DESC, actor_id = ? DESC",
      [user.id, admin.id],
    );
  await atOnce(6, (index) => read(user.id, admin, index % 2 === 0 ? gateway : replica));
  const first = { actor_id: admin.id, user_id: user.id, success: true };
  expect(await recorded()).toEqual([first]);
  gateway.clock.advance(60);
  await read(user.id.toUpperCase());
  await read(user.id, support);
  await read(other.id);
  await read('01890a5d-ac96-774b-bcce-b302099a8057');
  await read('no-id');
  expect(await recorded()).toEqual([first, { ...first, actor_id: support.id }, { ...first, user_id: other.id }]);
  gateway.clock.advance(3_550);
  const { accessToken: token } = await loggedIn(gateway, admin.email);
  await read(user.id, { ...admin, token });
  await read(user.id, { ...admin, token });
  expect(await recorded()).toHaveLength(4);
});

it.each(['sessions', 'auditEvents', 'mails', 'signInObstacle'])(
  '%s of the accounts of a list is recorded once for each of them, and a list without details is not',
  async (field) => {
    const { id: actorId, token } = await staffMember(gateway, 'support');
    const { email, id } = await quickUser(gateway);
    const other = await quickUser(gateway);
    const recorded = async () => {
      const text = "SELECT user_id FROM audit_events WHERE type = 'ADMIN_READ' AND actor_id = ? AND user_id IN (?, ?)";
      return await rows(gateway, text, [actorId, id, other.id]);
    };
    const list = async (selection: string, filter: object = {}) => {
      const text = `query($filter: AdminUserFilter) { one: adminUsers(filter: $filter) { nodes { ${selection} } }
        two: adminUsers(filter: $filter) { nodes { ${selection} } } }`;
      const { errors } = await gateway.send(text, { filter }, { token });
      expect(errors).toEqual([]);
    };
    const details = field === 'signInObstacle' ? `${field} { code }` : `${field} { nodes { id } }`;
    await list('id email liveSessionCount');
    expect(await recorded()).toEqual([]);
    await list(details, { text: email });
    expect(await recorded()).toEqual([{ user_id: id }]);
    await list(details);
    await list(details);
    expect((await recorded()).map((row) => row.user_id).toSorted()).toEqual([id, other.id].toSorted());
  },
);

import { afterAll, beforeAll, expect, it } from 'vitest';
import { rows } from '../../support/accounts.js';
import { sharedGateway, type TestGateway } from '../../support/app.js';
import { type StaffMember, staffMember } from '../../support/staff.js';
import { watchStatements } from '../../support/statements.js';

let gateway: TestGateway;
let admin: StaffMember;

beforeAll(async () => {
  gateway = await sharedGateway();
  admin = await staffMember(gateway, 'admin');
});
afterAll(() => gateway.close());

const DOCUMENT = `query($first: Int!) {
  adminUsers(first: $first) {
    approximateTotalCount
    nodes {
      id liveSessionCount
      sessions(first: 5) { nodes { id } }
      auditEvents(first: 5) { nodes { id } }
      mails(first: 5) { nodes { id } }
      signInObstacle { code lastRefusal { id } }
    }
  }
}`;

it('a page of accounts with all that belongs to them takes as many statements as one account', async () => {
  await rows(
    gateway,
    `INSERT INTO users (id, email, role, password_hash, password_changed_at, created_at, updated_at)
     SELECT gen_random_uuid(), 'seed' || i || '@example.com', 'user', 'x', now(), now(), now()
     FROM generate_series(1, 50) i RETURNING id`,
  );
  const sent = watchStatements();
  const count = async (first: number) => {
    sent.length = 0;
    const { data, errors } = await gateway.send(DOCUMENT, { first }, { token: admin.token });
    expect(errors).toEqual([]);
    expect(data?.adminUsers).toMatchObject({ nodes: Array(first).fill({}) });
    return sent.length;
  };
  // The first reading of an account is recorded.
  await count(50);
  const ofOne = await count(1);
  const ofMany = await count(50);
  expect(ofMany).toBe(ofOne);
  expect(ofMany).toBeLessThanOrEqual(14);
});

import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { rollUp } from '../../../src/services/maintenance/roll-up.js';
import { AdminOverviewDocument, LoginDocument } from '../../generated/operations.js';
import { quickUser, rows, signedUp } from '../../support/accounts.js';
import { sharedGateway, type TestGateway, testGateway } from '../../support/app.js';
import { loggedIn, PASSWORD } from '../../support/journey.js';
import { type StaffMember, staffMember } from '../../support/staff.js';

let gateway: TestGateway;
let admin: StaffMember;

beforeAll(async () => {
  gateway = await sharedGateway();
  admin = await staffMember(gateway, 'admin');
});
afterAll(() => gateway.close());

async function overview(days = 30) {
  const { data, errors } = await gateway.ask(AdminOverviewDocument, { days }, { token: admin.token });
  expect(errors).toEqual([]);
  return data.adminOverview;
}

async function today() {
  const { days, refusals, ...numbers } = await overview();
  return { ...numbers, ...days.at(-1), refusals: Object.fromEntries(refusals.map(({ code, count }) => [code, count])) };
}

const runRollUp = () => rollUp({ em: gateway.dependencies.orm.em.fork(), clock: gateway.clock });

describe('the overview', () => {
  it('counts what has just happened, each thing once', async () => {
    const before = await today();
    const { email } = await quickUser(gateway);
    await signedUp(gateway);
    await loggedIn(gateway, email);
    const wrong = { identifier: email, password: 'Wrong-Horse-7-Staple' };
    await gateway.ask(LoginDocument, { input: wrong });
    const after = await today();
    expect(after).toMatchObject({
      users: before.users + 2,
      verifiedUsers: before.verifiedUsers + 1,
      newUsers: before.newUsers + 2,
      liveSessions: before.liveSessions + 1,
      activeUsersToday: before.activeUsersToday + 1,
      signUps: (before.signUps ?? 0) + 2,
      verifications: (before.verifications ?? 0) + 1,
      signIns: (before.signIns ?? 0) + 1,
      refusedSignIns: (before.refusedSignIns ?? 0) + 1,
      refusals: { INVALID_CREDENTIALS: (before.refusals.INVALID_CREDENTIALS ?? 0) + 1 },
    });
  });

  it('counts a sign-in whose password permits only a reset, whatever the reason', async () => {
    const before = (await today()).refusals.PASSWORD_REJECTED ?? 0;
    for (const mark of ['password_breached_at', 'password_contested_at', 'password_change_required_at']) {
      const { email: identifier } = await quickUser(gateway);
      await rows(gateway, `UPDATE users SET ${mark} = now() WHERE email = ? RETURNING id`, [identifier]);
      await gateway.ask(LoginDocument, { input: { identifier, password: PASSWORD } });
    }
    expect((await today()).refusals.PASSWORD_REJECTED).toBe(before + 3);
  });

  it('counts the same when its hours are rolled up, even twice or by two workers at once', async () => {
    const before = await overview();
    gateway.clock.advance(2 * 3_600);
    await Promise.all([runRollUp(), runRollUp()]);
    await runRollUp();
    expect(await rows(gateway, "SELECT name FROM event_counts WHERE name = 'complete'")).toHaveLength(1);
    admin = await staffMember(gateway, 'admin');
    const after = await overview();
    const sum = (days: typeof before.days) => days.reduce((total, { refusedSignIns }) => total + refusedSignIns, 0);
    expect(sum(after.days)).toBe(sum(before.days));
    expect(after.refusals).toEqual(before.refusals);
  });

  it('reads complete hours from their counts and not from the log', async () => {
    await rows(
      gateway,
      "UPDATE event_counts SET events = events + 1000 WHERE name = 'refusedSignIns' AND (day, hour) = (SELECT day, hour FROM event_counts WHERE name = 'refusedSignIns' ORDER BY day DESC, hour DESC LIMIT 1) RETURNING hour",
    );
    const { days } = await overview(2);
    expect(days.reduce((total, { refusedSignIns }) => total + refusedSignIns, 0)).toBeGreaterThanOrEqual(1_000);
  });

  it('shows every day once, oldest first, and refuses more than it keeps', async () => {
    const { days } = await overview(90);
    expect(days).toHaveLength(90);
    expect(days.map(({ day }) => day)).toEqual([...new Set(days.map(({ day }) => day))].toSorted());
    for (const wrong of [0, 91, -1]) {
      const { errors } = await gateway.ask(AdminOverviewDocument, { days: wrong }, { token: admin.token });
      expect(errors[0]?.extensions.code).toBe('INPUT_INVALID');
    }
  });
});

it('counts the last 24 hours, whether their hours are rolled up or not', async () => {
  const own = await testGateway();
  const read = async () => {
    const { token } = await staffMember(own, 'support');
    const { signIns24Hours, refusedSignIns24Hours } = (await own.ask(AdminOverviewDocument, { days: 7 }, { token }))
      .data.adminOverview;
    return { signIns24Hours, refusedSignIns24Hours };
  };
  const minutesAgo = [24 * 60 + 10, 24 * 60 - 10, 12 * 60, 5];
  for (const minutes of minutesAgo) {
    await rows(
      own,
      `INSERT INTO audit_events (id, type, success, risk_level, metadata, created_at)
       VALUES (gen_random_uuid(), 'LOGIN', false, 'LOW', '{"reason": "INVALID_CREDENTIALS"}', ?::timestamptz) RETURNING id`,
      [new Date(own.clock.now().getTime() - minutes * 60_000).toISOString()],
    );
  }
  expect(await read()).toEqual({ signIns24Hours: 1, refusedSignIns24Hours: 3 });
  await rollUp({ em: own.dependencies.orm.em.fork(), clock: own.clock });
  expect(await read()).toEqual({ signIns24Hours: 2, refusedSignIns24Hours: 3 });
  own.clock.advance(15 * 60);
  expect((await read()).refusedSignIns24Hours).toBe(2);
});

import { expect, it } from 'vitest';
import { addSeconds } from '../../../src/lib/clock.js';
import { OWN_EVENTS } from '../../../src/services/audit/list-events.js';
import { purge } from '../../../src/services/maintenance/purge.js';
import { MyAuditEventsDocument } from '../../generated/operations.js';
import { commandContext, faults, quickUser, rows } from '../../support/accounts.js';
import { type TestGateway, testGateway } from '../../support/app.js';
import { loggedIn } from '../../support/journey.js';

const DAY = 86_400;

async function count(gateway: TestGateway, table: string): Promise<number> {
  const [row] = await rows<{ count: number }>(gateway, `SELECT count(*)::int AS count FROM ${table}`);
  return row?.count ?? 0;
}

async function partitions(gateway: TestGateway): Promise<string[]> {
  return (await rows<{ name: string }>(gateway, 'SELECT name FROM audit_partitions() ORDER BY ends_at')).map(
    ({ name }) => name,
  );
}

/** Puts partitions for so many months before this one in place of the one for all that is older. */
async function withPast(gateway: TestGateway, months: number): Promise<void> {
  const [oldest] = await partitions(gateway);
  await rows(gateway, `DROP TABLE ${oldest}`);
  await rows(
    gateway,
    `DO $$
      DECLARE
        month timestamptz := date_trunc('month', now()) - interval '${months} months';
        name text := 'audit_events_before';
      BEGIN
        PERFORM new_audit_partition(name);
        EXECUTE format('ALTER TABLE audit_events ATTACH PARTITION %I FOR VALUES FROM (MINVALUE) TO (%L)', name, month);
        FOR n IN 1 .. ${months} LOOP
          name := 'audit_events_' || to_char(month, 'YYYY_MM');
          PERFORM new_audit_partition(name);
          EXECUTE format('ALTER TABLE audit_events ATTACH PARTITION %I FOR VALUES FROM (%L) TO (%L)', name, month,
            month + interval '1 month');
          month := month + interval '1 month';
        END LOOP;
      END $$`,
  );
}

/** An event every `hours` back over so many days. */
async function seed(gateway: TestGateway, days: number, hours: number, userId: string): Promise<void> {
  await rows(
    gateway,
    `INSERT INTO audit_events (id, type, success, risk_level, user_id, actor_id, metadata, created_at)
      SELECT gen_random_uuid(), 'LOGIN', true, 'LOW', ?::uuid, ?::uuid, '{}', now() - n * interval '1 hour'
      FROM generate_series(1, ?, ?) n`,
    [userId, userId, days * 24, hours],
  );
}

it('months without the job: no insert fails, and the next run makes a partition of what came, once for all replicas', async () => {
  const gateway = await testGateway();
  const replica = await testGateway({ replicaOf: gateway });
  const { email } = await quickUser(gateway);
  gateway.clock.advance(150 * DAY);
  await loggedIn(gateway, email);
  const total = await count(gateway, 'audit_events');
  expect(await count(gateway, 'audit_events_default')).toBeGreaterThan(0);
  await Promise.all([gateway, replica, gateway, replica].map((one) => purge(commandContext(one))));
  expect(await count(gateway, 'audit_events_default')).toBe(0);
  expect(await count(gateway, 'audit_events')).toBe(total);
  const names = await partitions(gateway);
  expect(new Set(names).size).toBe(names.length);
  const lines = [...gateway.logLines, ...replica.logLines].filter((line) => line.includes('after its first events'));
  expect(lines).toHaveLength(1);
  // What comes next has a place of its own, for two months more.
  gateway.clock.advance(59 * DAY);
  await loggedIn(gateway, email);
  expect(await count(gateway, 'audit_events_default')).toBe(0);
  const { accessToken } = await loggedIn(gateway, email);
  const { data } = await gateway.ask(MyAuditEventsDocument, { first: 100 }, { token: accessToken });
  expect(data.myAuditEvents.edges.filter(({ node }) => node.type === 'LOGIN')).toHaveLength(3);
  expect([...faults(gateway), ...faults(replica)]).toEqual([]);
});

it('each event goes to its month at the turn of the month', async () => {
  const gateway = await testGateway();
  const { email } = await quickUser(gateway);
  const now = gateway.clock.now();
  const turn = Date.UTC(now.getUTCFullYear(), now.getUTCMonth() + 1);
  gateway.clock.advance((turn - now.getTime()) / 1_000 - 60);
  await loggedIn(gateway, email);
  gateway.clock.advance(60);
  await loggedIn(gateway, email);
  const found = await rows<{ name: string }>(
    gateway,
    "SELECT tableoid::regclass::text AS name FROM audit_events WHERE type = 'LOGIN' ORDER BY created_at",
  );
  const nameOf = (moment: Date) => `audit_events_${moment.toISOString().slice(0, 7).replace('-', '_')}`;
  expect(found.map(({ name }) => name)).toEqual([nameOf(now), nameOf(new Date(turn))]);
});

it('U3: retention drops whole months, and deletes what is left to the hour', async () => {
  const gateway = await testGateway({ env: { AUDIT_RETENTION: '100d' } });
  const { id } = await quickUser(gateway);
  await withPast(gateway, 8);
  await seed(gateway, 200, 6, id);
  const before = addSeconds(new Date(), -100 * DAY);
  const old = async () => {
    const text = 'SELECT count(*)::int AS count FROM audit_events WHERE created_at < ?';
    return (await rows(gateway, text, [before]))[0]?.count;
  };
  const kept = (await count(gateway, 'audit_events')) - Number(await old());
  await Promise.all([purge(commandContext(gateway)), purge(commandContext(gateway))]);
  expect(await old()).toBe(0);
  expect(await count(gateway, 'audit_events')).toBe(kept);
  const ends = await rows<{ past: boolean }>(
    gateway,
    "SELECT ends_at <= now() - interval '100 days' AS past FROM audit_partitions()",
  );
  expect(ends.filter(({ past }) => past)).toEqual([]);
  expect(ends.length).toBeGreaterThan(5);
  expect(gateway.logLines.join('')).toContain('a partition of the audit log was dropped');
  expect(faults(gateway)).toEqual([]);
});

interface Plan {
  'Node Type': string;
  'Actual Rows': number;
  'Actual Loops': number;
  Plans?: Plan[];
}

function scans(plan: Plan): Plan[] {
  return [...(plan.Plans ?? []).flatMap(scans), ...(plan['Node Type'].includes('Scan') ? [plan] : [])];
}

it('a page of events reads a bounded number of rows at 36 months', async () => {
  const gateway = await testGateway();
  const [user, other] = [await quickUser(gateway), await quickUser(gateway)];
  await withPast(gateway, 36);
  await seed(gateway, 1_080, 2, user.id);
  await seed(gateway, 1_080, 6, other.id);
  await rows(gateway, 'ANALYZE audit_events');
  const lastId = 'ffffffff-ffff-ffff-ffff-ffffffffffff';
  const ahead = addSeconds(gateway.clock.now(), DAY).toISOString();
  const values = [`'${user.id}'`, `'${ahead}'`, `'${lastId}'`, '21', `'${ahead}'`];
  for (const mode of ['force_custom_plan', 'force_generic_plan']) {
    const plans = await gateway.dependencies.orm.em.fork().transactional(async (em) => {
      await em.execute(`SET LOCAL plan_cache_mode = ${mode}`);
      await em.execute(`PREPARE page_${mode} (uuid, timestamptz, uuid, int, timestamptz) AS ${OWN_EVENTS.text}`);
      return await em.execute<{ 'QUERY PLAN': { Plan: Plan }[] }[]>(
        `EXPLAIN (ANALYZE, FORMAT JSON) EXECUTE page_${mode} (${values.join(', ')})`,
      );
    });
    const read = scans(plans[0]?.['QUERY PLAN'][0]?.Plan as Plan).filter((scan) => scan['Actual Loops'] > 0);
    expect(read.map((scan) => scan['Node Type'])).not.toContain('Seq Scan');
    const total = read.reduce((sum, scan) => sum + scan['Actual Rows'] * scan['Actual Loops'], 0);
    // Two lists of a page and one more each, and at most one row of each partition to merge them.
    expect(total).toBeLessThanOrEqual(2 * (21 + 41));
  }
  const { accessToken } = await loggedIn(gateway, user.email);
  const { data } = await gateway.ask(MyAuditEventsDocument, { first: 100 }, { token: accessToken });
  expect(data.myAuditEvents.edges).toHaveLength(100);
});

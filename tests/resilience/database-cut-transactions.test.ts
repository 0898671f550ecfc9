import pg from 'pg';
import { expect, it, onTestFinished } from 'vitest';
import { LoginDocument, SignupDocument } from '../generated/operations.js';
import { testGateway } from '../support/app.js';
import { createTestDatabase } from '../support/database.js';
import { eventually } from '../support/eventually.js';
import { expectType, newEmail, PASSWORD, verifiedUser } from '../support/journey.js';

const POOL = 3;
const ATTEMPTS = 3;
const IN_TRANSACTION = `
  SELECT pid FROM pg_stat_activity
  WHERE datname = current_database() AND application_name = 'gatehouse'
    AND wait_event_type = 'Lock' AND xact_start IS NOT NULL`;

it('gives the place of a connection back that was cut inside a transaction', async () => {
  const database = await createTestDatabase();
  const gateway = await testGateway({
    worker: true,
    env: { DATABASE_URL: database.url, DATABASE_POOL_MAX: String(POOL) },
  });
  const { email } = await verifiedUser(gateway);
  const [holder, watcher] = [1, 2].map(() => new pg.Client({ connectionString: database.url })) as [
    pg.Client,
    pg.Client,
  ];
  await Promise.all([holder.connect(), watcher.connect()]);
  onTestFinished(async () => void (await Promise.all([holder.end(), watcher.end()])));

  for (let round = 0; round < 3; round += 1) {
    await holder.query('BEGIN; LOCK TABLE users IN EXCLUSIVE MODE');
    const signUps = Array.from({ length: POOL }, () =>
      gateway.ask(SignupDocument, { input: { email: newEmail(), password: PASSWORD } }),
    );
    // What was cut before its commit is begun anew, a few times.
    for (let cut = 0; cut < ATTEMPTS; cut += 1) {
      await eventually(async () => expect((await watcher.query(IN_TRANSACTION)).rowCount).toBe(POOL));
      await watcher.query(`SELECT pg_terminate_backend(pid) FROM (${IN_TRANSACTION}) AS waiting`);
    }
    for (const { data, errors } of await Promise.all(signUps)) {
      expect(errors).toEqual([]);
      expect(data.signup).toMatchObject({ code: 'TEMPORARILY_UNAVAILABLE' });
    }
    await holder.query('ROLLBACK');
    await eventually(async () => expect((await gateway.inject({ url: '/health/ready' })).statusCode).toBe(200));
  }
  const logins = Array.from({ length: POOL * 2 }, () =>
    gateway.ask(LoginDocument, { input: { identifier: email, password: PASSWORD } }),
  );
  for (const { data } of await Promise.all(logins)) expectType(data.login, 'LoginSuccess');
}, 60_000);

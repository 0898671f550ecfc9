import pg from 'pg';
import { expect, it, onTestFinished } from 'vitest';
import { LoginDocument } from '../generated/operations.js';
import { testGateway } from '../support/app.js';
import { createTestDatabase } from '../support/database.js';
import { eventually } from '../support/eventually.js';
import { expectType, PASSWORD, verifiedUser } from '../support/journey.js';

const POOL = 4;
const OTHERS = `
  SELECT pg_terminate_backend(pid) FROM pg_stat_activity
  WHERE datname = current_database() AND pid <> pg_backend_pid() AND application_name = 'gatehouse'`;

it('signs in at once when a server takes writes again to which no old connection leads', async () => {
  const database = await createTestDatabase();
  const gateway = await testGateway({
    worker: true,
    env: { DATABASE_URL: database.url, DATABASE_POOL_MAX: String(POOL) },
  });
  const { email } = await verifiedUser(gateway);
  const owner = new pg.Client({ connectionString: database.url });
  await owner.connect();
  onTestFinished(() => owner.end());
  const name = new URL(database.url).pathname.slice(1);
  const login = async () =>
    (await gateway.ask(LoginDocument, { input: { identifier: email, password: PASSWORD } })).data.login;
  const isReady = async () => (await gateway.inject({ url: '/health/ready' })).statusCode === 200;

  // Connections keep the setting that they began with, as they keep the server that they lead to.
  await owner.query(`ALTER DATABASE ${name} SET default_transaction_read_only = on`);
  await owner.query(OTHERS);
  const { em } = gateway.dependencies.orm;
  const fillPool = () => Promise.all(Array.from({ length: POOL }, () => em.fork().execute('SELECT pg_sleep(0.2)')));
  await eventually(fillPool);
  expect(await login()).toMatchObject({ code: 'TEMPORARILY_UNAVAILABLE' });
  await fillPool();
  await owner.query(`ALTER DATABASE ${name} RESET default_transaction_read_only`);
  for (let time = 0; time < POOL; time += 1) expectType(await login(), 'LoginSuccess');
  await eventually(async () => expect(await isReady()).toBe(true));
});

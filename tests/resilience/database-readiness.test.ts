import { randomBytes } from 'node:crypto';
import pg from 'pg';
import { describe, expect, it, onTestFinished } from 'vitest';
import { LoginDocument, MeDocument, MySessionsDocument, SignupDocument } from '../generated/operations.js';
import { faults, quickUser } from '../support/accounts.js';
import { type TestGateway, testGateway } from '../support/app.js';
import { canMount, crampedServer } from '../support/cramped-server.js';
import { createTestDatabase } from '../support/database.js';
import { eventually } from '../support/eventually.js';
import { expectType, loggedIn, newEmail, PASSWORD } from '../support/journey.js';

/** Sign-ups until the tables would have to grow; each table has room for a few rows. */
const MOST_SIGN_UPS = 60;

async function expectReadiness(gateway: TestGateway, status: number): Promise<void> {
  await eventually(async () => expect((await gateway.inject({ url: '/health/ready' })).statusCode).toBe(status));
}

/** What readiness told the log. */
function readinessLog(gateway: TestGateway): string {
  return gateway.logLines.filter((line) => JSON.parse(line).component === 'readiness').join('');
}

async function signUp(gateway: TestGateway) {
  return (await gateway.ask(SignupDocument, { input: { email: newEmail(), password: PASSWORD } })).data.signup;
}

/** A gateway whose role has the rights that docs/audit.md grants and no more, and its owner. */
async function confinedGateway() {
  const database = await createTestDatabase();
  const owner = new pg.Client({ connectionString: database.url });
  await owner.connect();
  onTestFinished(() => owner.end());
  const role = `confined_${randomBytes(4).toString('hex')}`;
  await owner.query(`
    CREATE ROLE ${role} LOGIN PASSWORD 'confined';
    GRANT USAGE ON SCHEMA public, bullmq TO ${role};
    GRANT SELECT, INSERT, UPDATE, DELETE ON ALL TABLES IN SCHEMA public, bullmq TO ${role};
    GRANT USAGE ON ALL SEQUENCES IN SCHEMA bullmq TO ${role};
    REVOKE UPDATE, DELETE ON audit_events FROM ${role};
    REVOKE INSERT, UPDATE, DELETE ON migrations FROM ${role}`);
  const url = Object.assign(new URL(database.url), { username: role, password: 'confined' }).href;
  return { owner, role, gateway: await testGateway({ env: { DATABASE_URL: url } }) };
}

describe('a role that loses rights', () => {
  it.each([
    ['to write one table', 'INSERT ON audit_events', 'lacks INSERT on audit_events', false],
    ['to everything', 'ALL ON ALL TABLES IN SCHEMA public', 'permission denied', true],
  ])(
    '%s',
    async (_what, rights, reason, isReadLost) => {
      const { gateway, owner, role } = await confinedGateway();
      const { email } = await quickUser(gateway);
      const { accessToken: token } = await loggedIn(gateway, email);
      await expectReadiness(gateway, 200);
      await owner.query(`REVOKE ${rights} FROM ${role}`);
      await expectReadiness(gateway, 503);
      expect(readinessLog(gateway)).toContain(reason);
      expect(await signUp(gateway)).toMatchObject({ code: 'TEMPORARILY_UNAVAILABLE' });
      const { data } = await gateway.ask(LoginDocument, { input: { identifier: email, password: PASSWORD } });
      expect(data.login).toMatchObject({ code: 'TEMPORARILY_UNAVAILABLE' });
      const { errors } = await gateway.ask(MeDocument, {}, { token });
      expect(errors.map(({ extensions }) => extensions.code)).toEqual(isReadLost ? ['TEMPORARILY_UNAVAILABLE'] : []);
      expect(faults(gateway)).toEqual([]);
      await owner.query(`
      GRANT SELECT, INSERT, UPDATE, DELETE ON ALL TABLES IN SCHEMA public TO ${role}`);
      await expectReadiness(gateway, 200);
      expectType(await signUp(gateway), 'SignupAccepted');
    },
    60_000,
  );
});

describe.runIf(canMount())('a database whose disk is full', () => {
  it('serves reads, puts writes off and is not ready, until there is room again', async () => {
    const server = await crampedServer();
    const gateway = await testGateway({ env: { DATABASE_URL: server.url } });
    const { email } = await quickUser(gateway);
    const { accessToken: token } = await loggedIn(gateway, email);
    await expectReadiness(gateway, 200);
    server.fill();
    await expectReadiness(gateway, 503);
    expect(readinessLog(gateway)).toContain('No space left on device');
    const answers = new Set<string>();
    for (let count = 0; count < MOST_SIGN_UPS && !answers.has('TEMPORARILY_UNAVAILABLE'); count += 1) {
      const answer = await signUp(gateway);
      answers.add('code' in answer ? answer.code : answer.__typename);
    }
    expect([...answers].filter((answer) => answer !== 'SignupAccepted')).toEqual(['TEMPORARILY_UNAVAILABLE']);
    expect((await gateway.ask(MeDocument, {}, { token })).data.me?.email).toBe(email);
    expect((await gateway.ask(MySessionsDocument, {}, { token })).data.mySessions.totalCount).toBe(1);
    expect(faults(gateway)).toEqual([]);
    server.makeRoom();
    await expectReadiness(gateway, 200);
    expectType(await signUp(gateway), 'SignupAccepted');
  }, 60_000);
});

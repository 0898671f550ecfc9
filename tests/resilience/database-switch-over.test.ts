import { setTimeout as sleep } from 'node:timers/promises';
import { expect, it } from 'vitest';
import { LoginDocument, MeDocument, RevokeSessionDocument, SignupDocument } from '../generated/operations.js';
import { faults } from '../support/accounts.js';
import { type TestGateway, testGateway } from '../support/app.js';
import { eventually } from '../support/eventually.js';
import { expectType, loggedIn, newEmail, PASSWORD, verifiedUser } from '../support/journey.js';
import { holdTogether, type PairedServer, postgresPair } from '../support/postgres-pair.js';
import { tcpProxy } from '../support/tcp-proxy.js';

const PAUSE_MILLISECONDS = 100;
/** A busy machine needs some of it; without a limit, answers wait until somebody ends their connection. */
const LONGEST_ANSWER_MILLISECONDS = 15_000;
const CONNECTED = `
  SELECT application_name AS name, left(query, 80) AS query FROM pg_stat_activity
  WHERE backend_type = 'client backend' AND pid <> pg_backend_pid()`;

/** What people did meanwhile. */
interface Traffic {
  /** Addresses whose sign-up was accepted. */
  accepted: string[];
  longest: number;
  /** Answers that are neither a success nor one that asks to come back. */
  unexpected: unknown[];
  stop(): Promise<void>;
}

/** People who sign up and who sign in, one after another. */
function begin(gateway: TestGateway, known: string): Traffic {
  const traffic: Traffic = { accepted: [], longest: 0, unexpected: [], stop: async () => undefined };
  let isOver = false;
  const again = async (act: () => Promise<{ __typename: string; code?: string }>, onSuccess: () => void) => {
    const from = performance.now();
    const answer = await act();
    traffic.longest = Math.max(traffic.longest, performance.now() - from);
    if (/Success|Accepted/.test(answer.__typename)) onSuccess();
    else if (answer.code !== 'TEMPORARILY_UNAVAILABLE') traffic.unexpected.push(answer);
    await sleep(PAUSE_MILLISECONDS);
  };
  const signUps = async () => {
    while (!isOver) {
      const input = { email: newEmail(), password: PASSWORD };
      const act = async () => (await gateway.ask(SignupDocument, { input })).data.signup;
      await again(act, () => traffic.accepted.push(input.email));
    }
  };
  const logins = async () => {
    const input = { identifier: known, password: PASSWORD };
    while (!isOver)
      await again(
        async () => (await gateway.ask(LoginDocument, { input })).data.login,
        () => undefined,
      );
  };
  const running = Promise.all([signUps(), signUps(), logins(), logins()]);
  traffic.stop = async () => {
    isOver = true;
    await running;
  };
  return traffic;
}

async function readiness(gateway: TestGateway): Promise<number> {
  return (await gateway.inject({ url: '/health/ready' })).statusCode;
}

/** What readiness told the log. */
function readinessLog(gateway: TestGateway): string {
  return gateway.logLines.filter((line) => JSON.parse(line).component === 'readiness').join('');
}

/** Whether everything is served: reads, writes, mails by the queue, and what other processes tell. */
async function expectService(gateway: TestGateway, replica: TestGateway, known: string): Promise<void> {
  await eventually(async () => expect(await readiness(gateway)).toBe(200));
  await eventually(async () => {
    const { data } = await gateway.ask(LoginDocument, { input: { identifier: known, password: PASSWORD } });
    expectType(data.login, 'LoginSuccess');
  });
  const { accessToken: token, session } = await eventually(() => loggedIn(replica, known));
  expect((await gateway.ask(MeDocument, {}, { token })).data.me?.email).toBe(known);
  await eventually(async () => {
    const { data } = await replica.ask(RevokeSessionDocument, { id: session.id }, { token });
    expectType(data.revokeSession, 'SessionRevoked');
  });
  await eventually(async () => {
    const { errors } = await gateway.ask(MeDocument, {}, { token });
    expect(errors[0]?.extensions.code).toBe('UNAUTHENTICATED');
  });
  await eventually(() => expect(gateway.dependencies.revocations.isReady()).toBe(true));
  await verifiedUser(gateway);
}

it('follows the database to another server: old connections to a demoted one, then one that is killed', async () => {
  const [first, second] = await postgresPair();
  const proxy = await tcpProxy(first.url);
  const env = { DATABASE_URL: proxy.url, DATABASE_STATEMENT_TIMEOUT_MS: '2000' };
  const gateway = await testGateway({ worker: true, env });
  const replica = await testGateway({ env, replicaOf: gateway });
  const { email: known } = await verifiedUser(gateway);
  const traffic = begin(gateway, known);
  const leftBy = (server: PairedServer) => eventually(async () => expect(await server.run(CONNECTED)).toEqual([]));

  await first.stop();
  first.follow(second);
  await first.start();
  await eventually(async () => expect(await readiness(gateway)).toBe(503));
  await eventually(async () => expect((await first.run(CONNECTED)).length).toBeGreaterThan(2));
  expect(readinessLog(gateway)).toContain('read-only transaction');
  await second.promote();
  proxy.leadTo(second.url);
  await expectService(gateway, replica, known);
  await leftBy(first);

  await holdTogether(second);
  second.kill();
  await eventually(async () => expect(await readiness(gateway)).toBe(503));
  await first.promote();
  proxy.leadTo(first.url);
  await expectService(gateway, replica, known);

  await traffic.stop();
  expect(traffic.unexpected).toEqual([]);
  expect(traffic.longest).toBeLessThan(LONGEST_ANSWER_MILLISECONDS);
  const kept = await first.run<{ email: string }>('SELECT email FROM users');
  expect(kept.map(({ email }) => email)).toEqual(expect.arrayContaining(traffic.accepted));
  for (const email of traffic.accepted) await gateway.mailTo(email, { mail: 'verify-email' });
  expect(faults(gateway)).toEqual([]);
}, 120_000);

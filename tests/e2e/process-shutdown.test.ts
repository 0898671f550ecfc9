import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { Agent, request } from 'node:http';
import { connect } from 'node:net';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import pg from 'pg';
import { expect, it, onTestFinished } from 'vitest';
import { MeDocument } from '../generated/operations.js';
import { createTestDatabase } from '../support/database.js';
import { eventually } from '../support/eventually.js';
import { freePort } from '../support/ports.js';
import {
  type ChildGateway,
  dataDirectory,
  embeddedPid,
  READY_WITHIN_MILLISECONDS,
  sharedSettings,
  startProcess,
} from '../support/process.js';

const QUERY = JSON.stringify({ query: '{ authConfig { __typename } }' });

/** Asks one replica over a kept connection, as a load balancer does. */
function post(agent: Agent, port: number): Promise<number> {
  return new Promise((resolve, reject) => {
    const headers = { 'content-type': 'application/json', 'content-length': Buffer.byteLength(QUERY) };
    const call = request({ agent, host: '127.0.0.1', port, path: '/graphql', method: 'POST', headers }, (answer) => {
      answer.resume();
      answer.once('end', () => resolve(answer.statusCode ?? 0));
      answer.once('error', reject);
    });
    call.once('error', reject);
    call.end(QUERY);
  });
}

/** How the embedded database of a process is reached. */
function embeddedConnection(dataDir: string): pg.ClientConfig {
  const [, , , port] = readFileSync(join(dataDir, 'postgres', 'postmaster.pid'), 'utf8').split('\n');
  const password = readFileSync(join(dataDir, 'postgres.password'), 'utf8').trim();
  return { host: '127.0.0.1', port: Number(port), user: 'gatehouse', password, database: 'gatehouse' };
}

/** A load balancer: sends each request to the next replica that its last look found ready. */
function balancer(ports: readonly number[], clients: number) {
  const agent = new Agent({ keepAlive: true });
  const ready = new Set(ports);
  const failures: string[] = [];
  const answered = new Map(ports.map((port) => [port, 0]));
  let over = false;
  const look = async (port: number) => {
    while (!over) {
      const state = await fetch(`http://127.0.0.1:${port}/health/ready`).catch(() => undefined);
      if (state?.ok) ready.add(port);
      else ready.delete(port);
      await sleep(100);
    }
  };
  const client = async (first: number) => {
    for (let turn = first; !over; turn += 1) {
      const open = [...ready];
      const port = open[turn % open.length];
      if (port === undefined) failures.push('no replica is ready');
      else {
        await post(agent, port).then(
          (status) => {
            if (status !== 200) failures.push(`${port} answered ${status}`);
            else answered.set(port, (answered.get(port) ?? 0) + 1);
          },
          (cause: Error) => failures.push(`${port}: ${cause.message}`),
        );
      }
      await sleep(5);
    }
  };
  const running = Promise.all([...ports.map(look), ...Array.from({ length: clients }, (_, index) => client(index))]);
  return {
    failures,
    answered: (port: number) => answered.get(port) ?? 0,
    async end() {
      over = true;
      await running;
      agent.destroy();
    },
  };
}

it('loses no request of a rolling restart behind a load balancer', async () => {
  const { url, drop } = await createTestDatabase();
  onTestFinished(drop);
  const env = { ...sharedSettings(url), SHUTDOWN_DRAIN_SECONDS: '2', RUN_WORKER: 'false' };
  const dataDir = dataDirectory();
  const replicas = await Promise.all([startProcess({ dataDir, env }), startProcess({ dataDir, env })]);
  await Promise.all(replicas.map((replica) => replica.ready()));
  const traffic = balancer(
    replicas.map(({ port }) => port),
    12,
  );
  const isServing = async ({ port }: ChildGateway) => {
    const before = traffic.answered(port);
    await eventually(() => expect(traffic.answered(port)).toBeGreaterThan(before + 10));
  };
  for (const replica of replicas) {
    await Promise.all(replicas.map(isServing));
    const [code] = await Promise.all([
      replica.stop(),
      eventually(async () => {
        const state = await fetch(`${replica.url}/health/ready`);
        expect([state.status, state.headers.get('connection')]).toEqual([503, 'close']);
        expect((await replica.ask(MeDocument, {})).headers.get('connection')).toBe('close');
      }),
    ]);
    expect(code).toBe(0);
    const next = await startProcess({ dataDir, env, port: replica.port });
    await next.ready();
    replicas[replicas.indexOf(replica)] = next;
    await isServing(next);
  }
  await traffic.end();
  expect(traffic.failures).toEqual([]);
});

it('cuts a request that never comes to its end, and stops its database all the same', async () => {
  const dataDir = dataDirectory('prepared');
  const gateway = await startProcess({ dataDir });
  await gateway.ready();
  const socket = connect(gateway.port, '127.0.0.1').on('error', () => undefined);
  onTestFinished(() => void socket.destroy());
  socket.write(
    'POST /graphql HTTP/1.1\r\nhost: localhost\r\ncontent-type: application/json\r\ncontent-length: 900\r\n\r\n{',
  );
  const drip = setInterval(() => socket.write(' '), 200);
  onTestFinished(() => clearInterval(drip));
  const headersOnly = connect(gateway.port, '127.0.0.1').on('error', () => undefined);
  onTestFinished(() => void headersOnly.destroy());
  headersOnly.write('POST /graphql HTTP/1.1\r\nhost: localhost\r\n');
  await sleep(500);
  expect(await gateway.stop()).toBe(0);
  expect(embeddedPid(dataDir)).toBeUndefined();
});

it('stops its database although a request of it never gets an answer', async () => {
  const dataDir = dataDirectory('prepared');
  const gateway = await startProcess({ dataDir, env: { DATABASE_STATEMENT_TIMEOUT_MS: '600000' } });
  await gateway.ready();
  const holder = new pg.Client(embeddedConnection(dataDir));
  holder.on('error', () => undefined);
  await holder.connect();
  await holder.query('BEGIN; LOCK TABLE users IN ACCESS EXCLUSIVE MODE');
  const asked = gateway
    .send('mutation { login(input: { identifier: "a@example.com", password: "nobody-has-it" }) { __typename } }')
    .catch(() => undefined);
  await eventually(async () => {
    const text = "SELECT 1 FROM pg_locks WHERE NOT granted AND relation = 'users'::regclass";
    expect((await holder.query(text)).rowCount).toBeGreaterThan(0);
  });
  expect(await gateway.stop()).not.toBe('SIGKILL');
  expect(embeddedPid(dataDir)).toBeUndefined();
  await asked;
});

it('starts its embedded database again when that dies', async () => {
  const dataDir = dataDirectory('prepared');
  const gateway = await startProcess({ dataDir });
  await gateway.ready();
  for (let round = 0; round < 2; round += 1) {
    const before = embeddedPid(dataDir);
    expect(before).toBeDefined();
    process.kill(before as number, 'SIGKILL');
    await eventually(() => {
      const after = embeddedPid(dataDir);
      expect(after).toBeDefined();
      expect(after).not.toBe(before);
    }, READY_WITHIN_MILLISECONDS);
    await gateway.ready();
    await eventually(async () => {
      const { data } = await gateway.send(
        `mutation { signup(input: { email: "again-${round}@example.com", password: "Long-enough-9-words" }) { __typename } }`,
      );
      expect(data).toEqual({ signup: { __typename: 'SignupAccepted' } });
    });
  }
  expect(await gateway.stop()).toBe(0);
  expect(embeddedPid(dataDir)).toBeUndefined();
});

it.each(['SIGINT', 'SIGTERM', 'SIGHUP'] as const)('takes %s twice in a moment for one', async (signal) => {
  const dataDir = dataDirectory('prepared');
  const gateway = await startProcess({ dataDir });
  await gateway.ready();
  gateway.signal(signal);
  await eventually(() => expect(gateway.output()).toContain('"closing"'));
  gateway.signal(signal);
  expect(await gateway.ended()).toBe(0);
  expect(embeddedPid(dataDir)).toBeUndefined();
});

it.runIf(process.platform === 'linux')('ends whole by Ctrl-C in a terminal under npm start', async () => {
  const dataDir = dataDirectory('prepared');
  const port = await freePort();
  const { PATH, HOME } = process.env;
  const env = { PATH, HOME, TERM: 'dumb', NODE_ENV: 'test', DATA_DIR: dataDir, PORT: String(port) };
  // `script` gives npm a terminal of its own, whose Ctrl-C goes to npm, to its shell and to the gateway.
  const terminal = spawn('script', ['--quiet', '--return', '--command', 'npm start', '/dev/null'], { env });
  onTestFinished(() => void terminal.kill('SIGKILL'));
  let output = '';
  terminal.stdout.on('data', (chunk: Buffer) => {
    output += chunk.toString();
  });
  const ended = once(terminal, 'close');
  const isReady = async () => expect((await fetch(`http://127.0.0.1:${port}/health/ready`)).status).toBe(200);
  await eventually(isReady, READY_WITHIN_MILLISECONDS);
  terminal.stdin.write('\x03');
  await ended;
  await eventually(() => expect(embeddedPid(dataDir)).toBeUndefined());
  expect(output).toContain('closing');
});

import { createServer, type Socket } from 'node:net';
import { expect, it, onTestFinished } from 'vitest';
import { SignupDocument } from '../generated/operations.js';
import { type TestGateway, testGateway } from '../support/app.js';
import { expectType, newEmail, PASSWORD } from '../support/journey.js';
import { type MailServer, mailServer } from '../support/mail-server.js';

/** Takes connections on a port and never says a word. */
async function silentServer(port: number): Promise<{ stop(): Promise<void> }> {
  const sockets = new Set<Socket>();
  const server = createServer((socket) => {
    sockets.add(socket);
    socket.on('error', () => undefined);
  });
  await new Promise<void>((resolve) => server.listen(port, '127.0.0.1', resolve));
  const stop = () =>
    new Promise<void>((resolve) => {
      server.close(() => resolve());
      for (const socket of sockets) socket.destroy();
    });
  onTestFinished(stop);
  return { stop };
}

async function timedSignup(gateway: TestGateway) {
  const email = newEmail();
  const from = performance.now();
  const { data } = await gateway.ask(SignupDocument, { input: { email, password: PASSWORD } });
  const { mailStatus } = expectType(data.signup, 'SignupAccepted');
  return { email, mailStatus, milliseconds: performance.now() - from };
}

async function gatewayFor(server: MailServer): Promise<TestGateway> {
  return await testGateway({ worker: true, env: { SMTP_URL: server.url } });
}

it('answers a sign-up in normal time while the mail server refuses or hangs, and mails once it is back', async () => {
  const [healthy, refusing, hanging] = await Promise.all([
    mailServer(),
    mailServer({ started: false }),
    mailServer({ started: false }),
  ]);
  const silence = await silentServer(hanging.port);
  const servers = [healthy, refusing, hanging];
  const gateways = await Promise.all(servers.map(gatewayFor));
  const rounds: Awaited<ReturnType<typeof timedSignup>>[][] = [];
  for (const gateway of gateways) {
    const signups: Awaited<ReturnType<typeof timedSignup>>[] = [];
    for (let count = 0; count < 5; count += 1) signups.push(await timedSignup(gateway));
    rounds.push(signups);
  }
  const [well, refused, hung] = rounds;
  expect(new Set(well?.map(({ mailStatus }) => mailStatus))).toEqual(new Set(['QUEUED']));
  expect(new Set(refused?.map(({ mailStatus }) => mailStatus))).toEqual(new Set(['DEFERRED']));
  expect(new Set(hung?.map(({ mailStatus }) => mailStatus))).toEqual(new Set(['DEFERRED']));
  const slowest = (signups = well) => Math.max(...(signups ?? []).map(({ milliseconds }) => milliseconds));
  expect(slowest(refused)).toBeLessThan(slowest(well) + 1_000);
  expect(slowest(hung)).toBeLessThan(slowest(well) + 1_000);

  await silence.stop();
  const back = Date.now();
  await Promise.all([refusing.start(), hanging.start()]);
  await Promise.all(servers.map((server) => server.waitFor(5, { milliseconds: 20_000 })));
  expect(Date.now() - back).toBeLessThan(20_000);
  for (const [index, server] of servers.entries()) {
    const addresses = server.taken().flatMap(({ to }) => to);
    expect(addresses.sort()).toEqual(rounds[index]?.map(({ email }) => email).sort());
  }
});

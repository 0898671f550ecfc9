import { EventEmitter } from 'node:events';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { expect, it } from 'vitest';
import { clientTurns } from '../../../src/http/client-turns.js';
import { HungUp, inRequest } from '../../../src/lib/request-scope.js';
import { loadSettings } from '../../../src/settings.js';

const settings = loadSettings({ NODE_ENV: 'test', DATABASE_URL: 'postgres://localhost/none' });
const request = { headers: {} } as FastifyRequest;

function asker() {
  const takeTurn = clientTurns({ settings });
  return (client: string) => {
    const hangUp = new AbortController();
    const raw = new EventEmitter();
    const turn = inRequest(client, hangUp.signal, () => takeTurn(request, { raw } as unknown as FastifyReply));
    let state = 'waits';
    turn.then(
      () => {
        state = 'at work';
      },
      () => {
        state = 'refused';
      },
    );
    return { state: () => state, hangUp: () => hangUp.abort(new HungUp()), answer: () => void raw.emit('close') };
  };
}

const statesOf = (asked: readonly { state(): string }[]) => asked.map(({ state }) => state());

it('X2: a client that is not alone has two operations at work, and who hangs up meanwhile is not let through', async () => {
  const ask = asker();
  ask('somebody else');
  const asked = Array.from({ length: 5 }, () => ask('one'));
  const [first, , third] = asked;
  await expect.poll(() => statesOf(asked)).toEqual(['at work', 'at work', 'waits', 'waits', 'waits']);
  third?.hangUp();
  await expect.poll(() => statesOf(asked)).toEqual(['at work', 'at work', 'refused', 'waits', 'waits']);
  first?.answer();
  await expect.poll(() => statesOf(asked)).toEqual(['at work', 'at work', 'refused', 'at work', 'waits']);
});

it('X2: past a thousand that wait, a client is told to come again', async () => {
  const ask = asker();
  ask('somebody else');
  const asked = Array.from({ length: 1_003 }, () => ask('one'));
  await expect.poll(() => statesOf(asked.slice(-3))).toEqual(['waits', 'waits', 'refused']);
});

import { describe, expect, test } from 'vitest';
import { type BreakerState, withBreaker } from '../../../src/mail/breaker.js';
import { MailError, type MailErrorKind } from '../../../src/mail/mail-error.js';
import type { MailTransport } from '../../../src/mail/outgoing-mail.js';
import { outgoing, rejection } from './outgoing.js';

function setUp() {
  const world = { time: 0, dialled: 0, probed: 0, answer: 'unreachable' as MailErrorKind | 'sent' | 'refused here' };
  const transport: MailTransport = {
    async send() {
      world.dialled += 1;
      const { answer } = world;
      await Promise.resolve();
      if (answer === 'refused here') throw new MailError('permanent', 'refused');
      if (answer !== 'sent') throw new MailError(answer, 'failed', { cause: new Error('socket') });
    },
    async probe() {
      world.probed += 1;
      return world.answer === 'sent' ? ('greets' as const) : ('refuses' as const);
    },
    check: async () => undefined,
    close: async () => undefined,
  };
  const states: BreakerState[] = [];
  const breaker = withBreaker(transport, { now: () => world.time, onStateChange: (state) => states.push(state) });
  const fail = async (times: number) => {
    for (let index = 0; index < times; index += 1) await rejection(breaker.send(outgoing()));
  };
  return { world, breaker, states, fail };
}

describe('the breaker', () => {
  test('opens after three failures in a row and then fails at once', async () => {
    const { world, breaker, states, fail } = setUp();
    await fail(2);
    expect(breaker.state()).toBe('closed');
    await fail(1);
    expect(breaker.state()).toBe('open');
    world.time = 999;
    expect(await rejection(breaker.send(outgoing()))).toMatchObject({
      kind: 'unreachable',
      message: 'failed',
    });
    // What became of mails must not show in the probe, which answers strangers.
    world.answer = 'sent';
    expect(await breaker.probe(10)).toBe('greets');
    expect(world).toMatchObject({ dialled: 3, probed: 1 });
    expect(states).toEqual(['open']);
  });

  test('lets one mail try after the back-off, and closes when it passes', async () => {
    const { world, breaker, states, fail } = setUp();
    await fail(3);
    world.time = 1_000;
    expect(breaker.state()).toBe('half-open');
    world.answer = 'sent';
    const trial = breaker.send(outgoing());
    expect(await rejection(breaker.send(outgoing()))).toMatchObject({ kind: 'unreachable' });
    await trial;
    expect(world.dialled).toBe(4);
    expect(states).toEqual(['open', 'half-open', 'closed']);
    expect(await breaker.probe(10)).toBe('greets');
    world.answer = 'unreachable';
    await fail(2);
    expect(breaker.state()).toBe('closed');
  });

  test('waits twice as long after each failed trial, up to 8 seconds', async () => {
    const { world, breaker, fail } = setUp();
    await fail(3);
    for (const backOff of [1_000, 2_000, 4_000, 8_000, 8_000]) {
      world.time += backOff - 1;
      expect(breaker.state()).toBe('open');
      world.time += 1;
      expect(breaker.state()).toBe('half-open');
      await fail(1);
    }
  });

  test('mails that set out together do not lengthen the back-off', async () => {
    const { world, breaker } = setUp();
    await Promise.all(Array.from({ length: 20 }, () => rejection(breaker.send(outgoing()))));
    expect(breaker.state()).toBe('open');
    world.time = 1_000;
    expect(breaker.state()).toBe('half-open');
  });

  test.each(['temporary', 'permanent'] as const)('a %s answer is an answer', async (kind) => {
    const { world, breaker, fail } = setUp();
    await fail(2);
    world.answer = kind;
    await fail(1);
    world.answer = 'unreachable';
    await fail(2);
    expect(breaker.state()).toBe('closed');
    await fail(1);
    world.time = 1_000;
    world.answer = kind;
    await fail(1);
    expect(breaker.state()).toBe('closed');
  });

  test('a mail refused before dialling tells nothing about the server', async () => {
    const { world, breaker, fail } = setUp();
    await fail(3);
    world.time = 1_000;
    world.answer = 'refused here';
    await fail(1);
    expect(breaker.state()).toBe('half-open');
    world.answer = 'sent';
    await breaker.send(outgoing());
    expect(breaker.state()).toBe('closed');
  });
});

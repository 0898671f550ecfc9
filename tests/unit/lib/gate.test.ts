import { describe, expect, it, onTestFinished, vi } from 'vitest';
import { createGate } from '../../../src/lib/gate.js';

/** Tasks that end when they are told to. */
function tasks() {
  const started: number[] = [];
  const finish: (() => void)[] = [];
  const task = (number: number) => () =>
    new Promise<number>((resolve) => {
      started.push(number);
      finish[number] = () => resolve(number);
    });
  return { started, finish, task };
}

const settle = () => new Promise((resolve) => setImmediate(resolve));

describe('the gate', () => {
  it('runs so many at once, the others in their order, and refuses what is too much', async () => {
    const gate = createGate({ places: 2, queueLimit: 3 });
    const { started, finish, task } = tasks();
    const results = [0, 1, 2, 3, 4, 5, 6].map((number) => gate.enter(task(number)));
    await settle();
    expect(started).toEqual([0, 1]);
    expect(gate.load()).toEqual({ running: 2, waiting: 3 });
    expect(await results[5]).toBe('full');
    expect(await results[6]).toBe('full');
    finish[1]?.();
    await settle();
    expect(started).toEqual([0, 1, 2]);
    finish[0]?.();
    await settle();
    finish[2]?.();
    await settle();
    expect(started).toEqual([0, 1, 2, 3, 4]);
    finish[3]?.();
    finish[4]?.();
    expect(await Promise.all(results.slice(0, 5))).toEqual([0, 1, 2, 3, 4]);
    expect(gate.load()).toEqual({ running: 0, waiting: 0 });
  });

  it('gives a place back when its task fails', async () => {
    const gate = createGate({ places: 1, queueLimit: 1 });
    const failing = gate.enter(() => Promise.reject(new Error('task')));
    const waiting = gate.enter(() => Promise.resolve('ran'));
    await expect(failing).rejects.toThrow('task');
    expect(await waiting).toBe('ran');
    expect(gate.load()).toEqual({ running: 0, waiting: 0 });
  });

  it('lets nobody overtake who comes while a place changes hands', async () => {
    const gate = createGate({ places: 1, queueLimit: 10 });
    const order: string[] = [];
    const enter = (name: string) => gate.enter(async () => void order.push(name));
    const first = gate.enter(async () => {
      order.push('first');
      await settle();
    });
    const second = enter('second');
    await first;
    await Promise.all([second, enter('third')]);
    expect(order).toEqual(['first', 'second', 'third']);
  });

  it('lets go of those in the line who give up, and of nobody who was let in', async () => {
    const gate = createGate({ places: 1, queueLimit: 2 });
    const { started, finish, task } = tasks();
    const signals = [0, 1, 2].map(() => new AbortController());
    const results = signals.map(({ signal }, number) => gate.enter(task(number), signal));
    for (const number of [0, 1]) signals[number]?.abort(new Error('gone'));
    await expect(results[1]).rejects.toThrow('gone');
    expect(gate.load()).toEqual({ running: 1, waiting: 1 });
    finish[0]?.();
    await settle();
    expect(started).toEqual([0, 2]);
    await expect(gate.enter(task(3), AbortSignal.abort(new Error('late')))).rejects.toThrow('late');
    finish[2]?.();
    expect(await Promise.all([results[0], results[2]])).toEqual([0, 2]);
    expect(gate.load()).toEqual({ running: 0, waiting: 0 });
  });

  it('lets keys take turns, whoever came first', async () => {
    const gate = createGate({ places: 1, queueLimit: 20 });
    const order: string[] = [];
    const enter = (key: string) => gate.enter(async () => void order.push(key), undefined, key);
    await Promise.all([...Array.from({ length: 6 }, () => enter('many')), enter('few'), enter('few'), enter('one')]);
    expect(order).toEqual(['many', 'many', 'few', 'one', 'many', 'few', 'many', 'many', 'many']);
  });

  it('takes room in a full queue from the longest line alone', async () => {
    const gate = createGate({ places: 1, queueLimit: 4 });
    const { finish, task } = tasks();
    const enter = (number: number, key: string) => gate.enter(task(number), undefined, key);
    const many = [0, 1, 2, 3, 4].map((number) => enter(number, 'many'));
    expect(await Promise.race([many[4], settle().then(() => 'waits')])).toBe('waits');
    const few = enter(5, 'few');
    expect(await many[4]).toBe('full');
    const more = enter(6, 'few');
    expect(await many[3]).toBe('full');
    // Now each line has as many, so nobody has to go.
    expect(await enter(7, 'few')).toBe('full');
    expect(gate.load()).toEqual({ running: 1, waiting: 4 });
    for (const number of [0, 1, 5, 2, 6]) {
      finish[number]?.();
      await settle();
    }
    expect(await Promise.all([...many.slice(0, 3), few, more])).toEqual([0, 1, 2, 5, 6]);
    expect(gate.load()).toEqual({ running: 0, waiting: 0 });
  });

  it('leaves a place to others who come, and all of them to who is alone', async () => {
    vi.useFakeTimers({ toFake: ['performance'] });
    onTestFinished(() => void vi.useRealTimers());
    const gate = createGate({ places: 3, queueLimit: 20, share: 2 });
    const { started, finish, task } = tasks();
    const enter = async (number: number, key: string) => {
      void gate.enter(task(number), undefined, key);
      await settle();
    };
    const end = async (number: number) => {
      finish[number]?.();
      await settle();
    };
    for (const number of [0, 1, 2, 3, 4, 5]) await enter(number, 'many');
    expect(started).toEqual([0, 1, 2]);
    await enter(6, 'few');
    await end(0);
    expect(started).toEqual([0, 1, 2, 6]);
    await end(6);
    expect(started).toEqual([0, 1, 2, 6]);
    await end(1);
    expect(started).toEqual([0, 1, 2, 6, 3]);
    await enter(7, 'few');
    expect(started).toEqual([0, 1, 2, 6, 3, 7]);
    await end(7);
    vi.advanceTimersByTime(11_000);
    await end(2);
    expect(started).toEqual([0, 1, 2, 6, 3, 7, 4, 5]);
  });
});

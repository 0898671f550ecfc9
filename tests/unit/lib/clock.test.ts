import { expect, it, vi } from 'vitest';
import { createFollowingClock, tick } from '../../../src/lib/clock.js';

const HOUR = 3_600_000;

it('shows this machine’s time until it is told another, and that one from then on', () => {
  const clock = createFollowingClock();
  expect(Math.abs(clock.now().getTime() - Date.now())).toBeLessThan(1_000);
  const there = Date.now() + HOUR;
  clock.follow(there, tick(), tick());
  expect(Math.abs(clock.now().getTime() - there)).toBeLessThan(1_000);
  // Somebody sets this machine's clock.
  vi.spyOn(Date, 'now').mockReturnValue(0);
  expect(Math.abs(clock.now().getTime() - there)).toBeLessThan(1_000);
  vi.restoreAllMocks();
});

it('is moved by a reading that it cannot agree with, and by no other', () => {
  const clock = createFollowingClock();
  const begin = tick();
  const ahead = () => clock.now().getTime() - (tick() - begin);
  clock.follow(HOUR, begin - 200, begin + 200);
  const first = ahead();
  clock.follow(HOUR + 150, begin - 200, begin + 200);
  expect(Math.abs(ahead() - first)).toBeLessThan(20);
  clock.follow(HOUR + 150, begin - 5, begin + 5);
  expect(Math.abs(ahead() - first - 150)).toBeLessThan(20);
});

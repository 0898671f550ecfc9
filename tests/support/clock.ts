import { addSeconds, type Clock } from '../../src/lib/clock.js';

/** A clock that runs with the machine's and can be moved ahead. */
export interface TestClock extends Clock {
  advance(seconds: number): void;
}

export function createTestClock(): TestClock {
  let ahead = 0;
  return {
    now: () => addSeconds(new Date(), ahead),
    advance(seconds) {
      ahead += seconds;
    },
  };
}

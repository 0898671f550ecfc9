/** Tells the time; injected so that tests can move it. */
export interface Clock {
  /** The present moment. */
  now(): Date;
}

/** A clock that goes by another one, whose time it is told now and then. */
export interface FollowingClock extends Clock {
  /** The other clock showed `there` (milliseconds since 1970) at a moment between two ticks. */
  follow(there: number, fromTick: number, toTick: number): void;
}

/** Milliseconds since the process started; they pass alike whatever becomes of the machine's clock. */
export function tick(): number {
  return performance.now();
}

/**
 * A clock that shows the machine's time until it is told another. Between two readings it goes by ticks, so that no change
 * of the machine's clock moves it; a reading that agrees with it leaves it as it is, so that it does not run back and forth.
 */
export function createFollowingClock(): FollowingClock {
  let ahead: number | undefined;
  return {
    now: () => new Date(ahead === undefined ? Date.now() : tick() + ahead),
    follow(there, fromTick, toTick) {
      const [least, most] = [there - toTick, there - fromTick];
      if (ahead === undefined || ahead < least || ahead > most) ahead = (least + most) / 2;
    },
  };
}

/** The moment `seconds` after `moment`. */
export function addSeconds(moment: Date, seconds: number): Date {
  return new Date(moment.getTime() + seconds * 1000);
}

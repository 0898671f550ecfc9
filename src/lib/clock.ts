/** Provides the current time. Injected so that tests can change it. */
export interface Clock {
  /** The current time. */
  now(): Date;
}

/** A clock that is synchronised with another clock. */
export interface FollowingClock extends Clock {
  /** Records that the other clock showed `there` (milliseconds since 1970) at some point between two ticks. */
  follow(there: number, fromTick: number, toTick: number): void;
}

/** Milliseconds since the process started, unaffected by changes of the system clock. */
export function tick(): number {
  return performance.now();
}

/**
 * A clock that shows the system time until its first synchronisation. After that it advances by ticks, so changes of the system
 * clock do not affect it. A reading that is consistent with it leaves it unchanged, so that it does not jitter.
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

/** The time `seconds` after `moment`. */
export function addSeconds(moment: Date, seconds: number): Date {
  return new Date(moment.getTime() + seconds * 1000);
}

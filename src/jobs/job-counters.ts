import { Counter, type Registry } from 'prom-client';

/** Counts the background work of this process. */
export interface JobCounters {
  /**
   * A mail was handed over. What becomes of it is not counted: addresses without an account get none, and while the mail
   * server refuses or is away every figure of outcomes would tell them from the others.
   */
  countMail(): void;
  /** What became of the check of a new password. */
  countPasswordCheck(outcome: string): void;
  /** How many rows of a kind were deleted. */
  countPurged(rows: string, count: number): void;
}

/** Registers the counters among the process's figures. */
export function createJobCounters(registry: Registry): JobCounters {
  const registers = [registry];
  const mails = new Counter({
    name: 'gatehouse_mails_total',
    help: 'Mails that were enqueued, including those without a recipient.',
    registers,
  });
  const passwordChecks = new Counter({
    name: 'gatehouse_password_checks_total',
    help: 'Checks of new passwords against known breaches, by outcome.',
    labelNames: ['outcome'],
    registers,
  });
  const purged = new Counter({
    name: 'gatehouse_purged_rows_total',
    help: 'Rows deleted because their retention period ended.',
    labelNames: ['rows'],
    registers,
  });
  return {
    countMail: () => mails.inc(),
    countPasswordCheck: (outcome) => passwordChecks.inc({ outcome }),
    countPurged: (rows, count) => {
      // They are kept for some time from when they were sent or given up, and those without a recipient from the start.
      if (rows !== 'mails') purged.inc({ rows }, count);
    },
  };
}

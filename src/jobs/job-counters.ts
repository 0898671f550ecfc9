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
    help: 'Mails that were handed over to be sent, those without a recipient included.',
    registers,
  });
  const passwordChecks = new Counter({
    name: 'gatehouse_password_checks_total',
    help: 'New passwords that were looked up among breached ones, by what became of it.',
    labelNames: ['outcome'],
    registers,
  });
  const purged = new Counter({
    name: 'gatehouse_purged_rows_total',
    help: 'Rows that were deleted because they are kept no longer.',
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

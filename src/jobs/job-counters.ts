import { Counter, type Registry } from 'prom-client';

/** Counts what the workers of this process did. */
export interface JobCounters {
  /** What became of a mail. */
  countMail(outcome: string): void;
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
    help: 'Mails by outcome: DONE (sent, or not needed any more), RETRIED or FAILED.',
    labelNames: ['outcome'],
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
    // An unknown address gets no mail where a known one does, which no figure may tell.
    countMail: (outcome) => mails.inc({ outcome: outcome === 'SENT' || outcome === 'DISCARDED' ? 'DONE' : outcome }),
    countPasswordCheck: (outcome) => passwordChecks.inc({ outcome }),
    countPurged: (rows, count) => purged.inc({ rows }, count),
  };
}

import { Counter, type Registry } from 'prom-client';

/** Counts this process's background work. */
export interface JobCounters {
  /**
   * Counts an enqueued email. Outcomes are not counted: unregistered addresses get no email, so while the mail server is
   * failing, counters of outcomes would distinguish them.
   */
  countMail(): void;
  /** Counts a check of a new password by its outcome. */
  countPasswordCheck(outcome: string): void;
  /** Counts deleted rows of a kind. */
  countPurged(rows: string, count: number): void;
}

/** Registers the counters. */
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
      // Not counted: emails are kept from when they were sent or given up, but those without a recipient from when they were
      // enqueued.
      if (rows !== 'mails') purged.inc({ rows }, count);
    },
  };
}

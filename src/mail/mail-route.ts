import { tick } from '../lib/clock.js';
import { onceInAWhile } from '../lib/once-in-a-while.js';
import { within } from '../lib/within.js';
import { MailError } from './mail-error.js';
import type { LastMails, MailOutcomes } from './outcomes.js';
import type { MailTransport } from './outgoing-mail.js';

/** Reports whether emails are currently delivered. */
export interface MailRoute {
  /**
   * Returns true if an email enqueued now would be delivered now. Queries only the mail server, because the outcome of an email
   * would reveal whether its address is registered. Bounded in time and never rejects.
   */
  isOpen(): Promise<boolean>;
  /** Like `isOpen`, but accepts a check up to a minute old. Used for public health answers and metrics. */
  passesCheck(): Promise<boolean>;
  /** Like `passesCheck`, but also considers the outcome of recent emails, which only the operator is allowed to see. */
  takesMail(): Promise<boolean>;
}

/** The transport to watch. */
export interface WatchedTransport {
  transport: Pick<MailTransport, 'probe' | 'check'> & MailOutcomes;
  /** Queries the outbox. */
  lastMails(): Promise<LastMails>;
  now?: () => number;
  /** Called with the reason when delivery fails, and without one when it works again. */
  onChange(reason: string | undefined): void;
}

/** Maximum wait for the mail server. A request waits in parallel with its password hash. */
const PROBE_TIMEOUT_MILLISECONDS = 250;
const REMEMBER_MILLISECONDS = 1_000;
const OUTBOX_TIMEOUT_MILLISECONDS = 500;
/** Maximum age of a check for requests. Readiness accepts one of the last minute. */
const FRESH_FOR_REQUESTS_MILLISECONDS = 10_000;
const FRESH_FOR_READINESS_MILLISECONDS = 60_000;
/** After a failure, the check is repeated after 1 s, doubling to 8 s. */
const FIRST_RETRY_MILLISECONDS = 1_000;
const LONGEST_RETRY_MILLISECONDS = 8_000;

/**
 * Tracks whether a rejection of our own address as recipient says nothing about other recipients, which is the case if an email
 * was accepted between two such checks. It is evaluated on checks and not on emails, so that no answer reveals the outcome of
 * an email.
 */
function createOwnRecipient(lastMails: () => Promise<LastMails>) {
  let before: LastMails | undefined;
  let isAlone = false;
  return {
    isTaken() {
      before = undefined;
      isAlone = false;
    },
    async isRefusedAlone(): Promise<boolean> {
      const last = await lastMails().catch(() => undefined);
      if (before !== undefined && last !== undefined && last.taken !== before.taken) isAlone = true;
      before = last ?? before;
      return isAlone;
    },
  };
}

/** Checks the complete SMTP route on demand and remembers the last result. */
function createChecks({ transport, lastMails, now = tick, onChange }: WatchedTransport) {
  let running: Promise<void> | undefined;
  let endedAt = Number.NEGATIVE_INFINITY;
  let passed: boolean | undefined;
  let failures = 0;
  let lastReason: string | undefined;
  const own = createOwnRecipient(lastMails);
  const reasonOfCheck = async (): Promise<string | undefined> => {
    try {
      await transport.check();
      own.isTaken();
    } catch (error) {
      if (!(error instanceof MailError)) return 'the mail server could not be checked';
      if (error.step !== 'recipient' || !(await own.isRefusedAlone())) return error.message;
    }
    transport.wayIsFree();
    return undefined;
  };
  const check = async () => {
    const reason = await reasonOfCheck();
    if (reason !== lastReason) onChange(reason);
    lastReason = reason;
    passed = reason === undefined;
    failures = passed ? 0 : failures + 1;
    endedAt = now();
    running = undefined;
  };
  const retryMilliseconds = () =>
    Math.min(LONGEST_RETRY_MILLISECONDS, FIRST_RETRY_MILLISECONDS * 2 ** Math.max(0, failures - 1));
  return {
    /**
     * Returns true if the last check passed. An outdated check is repeated and awaited briefly. Undefined before the first
     * check.
     */
    async pass(freshMilliseconds: number): Promise<boolean | undefined> {
      const lasts = passed === false ? Math.min(freshMilliseconds, retryMilliseconds()) : freshMilliseconds;
      if (now() - endedAt >= lasts) running ??= check();
      if (running !== undefined) await within(PROBE_TIMEOUT_MILLISECONDS, running);
      return passed;
    },
  };
}

/** The reason why recent emails were rejected, from the outbox. Uses the previous answer if there is none within the timeout. */
function createLastRefusal({ lastMails, onChange }: WatchedTransport): () => Promise<string | null> {
  let refusal: string | null = null;
  const ask = onceInAWhile(REMEMBER_MILLISECONDS, async () => {
    const found = (await lastMails()).refusal;
    if (found !== refusal) onChange(found ?? undefined);
    refusal = found;
  });
  return async () => {
    await within(OUTBOX_TIMEOUT_MILLISECONDS, ask()).catch(() => undefined);
    return refusal;
  };
}

/** Monitors the delivery route of a transport. */
export function createMailRoute(watched: WatchedTransport): MailRoute {
  const { transport } = watched;
  const checks = createChecks(watched);
  const lastRefusal = createLastRefusal(watched);
  const greets = onceInAWhile(REMEMBER_MILLISECONDS, () => transport.probe(PROBE_TIMEOUT_MILLISECONDS));
  const isOpen = async (freshMilliseconds: number) => {
    const [passed, greeting] = await Promise.all([checks.pass(freshMilliseconds), greets()]);
    // A server that greets slowly is still usable if its check has passed.
    return passed === undefined ? greeting === 'greets' : passed && greeting !== 'refuses';
  };
  return {
    isOpen: () => isOpen(FRESH_FOR_REQUESTS_MILLISECONDS),
    passesCheck: () => isOpen(FRESH_FOR_READINESS_MILLISECONDS),
    async takesMail() {
      const [open, refusal] = await Promise.all([isOpen(FRESH_FOR_READINESS_MILLISECONDS), lastRefusal()]);
      return open && refusal === null && transport.areGood();
    },
  };
}

import { tick } from '../lib/clock.js';
import { onceInAWhile } from '../lib/once-in-a-while.js';
import { within } from '../lib/within.js';
import { MailError } from './mail-error.js';
import type { LastMails, MailOutcomes } from './outcomes.js';
import type { MailTransport } from './outgoing-mail.js';

/** Tells whether mails go out now. */
export interface MailRoute {
  /**
   * Whether a mail that is handed over now would go out now, by questions to the mail server alone: what became of a mail
   * would tell whether its address is known. Bounded in time; never rejects.
   */
  isOpen(): Promise<boolean>;
  /** The same by a check that may be a minute old, for health answers and metrics that strangers may see. */
  passesCheck(): Promise<boolean>;
  /** The same for the operator, who may know what became of the last mails. */
  takesMail(): Promise<boolean>;
}

/** What is asked of a transport. */
export interface WatchedTransport {
  transport: Pick<MailTransport, 'probe' | 'check'> & MailOutcomes;
  /** Asks the outbox. */
  lastMails(): Promise<LastMails>;
  now?: () => number;
  /** Is told the reason when mails cannot leave, and nothing when they can again. */
  onChange(reason: string | undefined): void;
}

/** Longest wait for the mail server; a request waits for it beside its password hash. */
const PROBE_TIMEOUT_MILLISECONDS = 250;
const REMEMBER_MILLISECONDS = 1_000;
const OUTBOX_TIMEOUT_MILLISECONDS = 500;
/** A request asks for a check that is younger than this, readiness for one of the last minute. */
const FRESH_FOR_REQUESTS_MILLISECONDS = 10_000;
const FRESH_FOR_READINESS_MILLISECONDS = 60_000;
/** After a failure the check is asked for again after 1 s, doubling to 8 s. */
const FIRST_RETRY_MILLISECONDS = 1_000;
const LONGEST_RETRY_MILLISECONDS = 8_000;

/**
 * Whether a check that the server ended at our own recipient tells nothing about others: a mail was taken between two such
 * checks. It is judged with a check and not with a mail, so that no answer tells what became of a mail.
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

/** The last check of the whole way, and the next one when it is asked for. */
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
    /** Whether the last check passed; one that is too old is begun anew and waited for a little. Undefined before the first. */
    async pass(freshMilliseconds: number): Promise<boolean | undefined> {
      const lasts = passed === false ? Math.min(freshMilliseconds, retryMilliseconds()) : freshMilliseconds;
      if (now() - endedAt >= lasts) running ??= check();
      if (running !== undefined) await within(PROBE_TIMEOUT_MILLISECONDS, running);
      return passed;
    },
  };
}

/** What the outbox says of the last mails, as readiness may wait for it; the answer before where there is none in time. */
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

/** Watches the way out of a transport. */
export function createMailRoute(watched: WatchedTransport): MailRoute {
  const { transport } = watched;
  const checks = createChecks(watched);
  const lastRefusal = createLastRefusal(watched);
  const greets = onceInAWhile(REMEMBER_MILLISECONDS, () => transport.probe(PROBE_TIMEOUT_MILLISECONDS));
  const isOpen = async (freshMilliseconds: number) => {
    const [passed, greeting] = await Promise.all([checks.pass(freshMilliseconds), greets()]);
    // A server that is slow to greet takes mails all the same, once it has been seen to.
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

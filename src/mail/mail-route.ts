import { tick } from '../lib/clock.js';
import { onceInAWhile } from '../lib/once-in-a-while.js';
import { within } from '../lib/within.js';
import { MailError } from './mail-error.js';
import type { MailOutcomes } from './outcomes.js';
import type { MailTransport } from './outgoing-mail.js';

/** Tells whether mails go out now. */
export interface MailRoute {
  /**
   * Whether a mail that is handed over now would go out now, by questions to the mail server alone: what became of a mail
   * would tell whether its address is known. Bounded in time; never rejects.
   */
  isOpen(): Promise<boolean>;
  /** The same for the operator, who may know what became of the last mails. */
  takesMail(): Promise<boolean>;
}

/** What is asked of a transport. */
export interface WatchedTransport {
  transport: Pick<MailTransport, 'probe' | 'check'> & MailOutcomes;
  now?: () => number;
  /** Is told the reason when mails cannot leave, and nothing when they can again. */
  onChange(reason: string | undefined): void;
}

/** Longest wait for the mail server; a request waits for it beside its password hash. */
const PROBE_TIMEOUT_MILLISECONDS = 250;
const REMEMBER_MILLISECONDS = 1_000;
/** A request asks for a check that is younger than this, readiness for one of the last minute. */
const FRESH_FOR_REQUESTS_MILLISECONDS = 10_000;
const FRESH_FOR_READINESS_MILLISECONDS = 60_000;
/** After a failure the check is asked for again after 1 s, doubling to 8 s. */
const FIRST_RETRY_MILLISECONDS = 1_000;
const LONGEST_RETRY_MILLISECONDS = 8_000;

/** The last check of the whole way, and the next one when it is asked for. */
function createChecks({ transport, now = tick, onChange }: WatchedTransport) {
  let running: Promise<void> | undefined;
  let endedAt = Number.NEGATIVE_INFINITY;
  let passed: boolean | undefined;
  let failures = 0;
  let lastReason: string | undefined;
  const check = async () => {
    let reason: string | undefined;
    try {
      await transport.check();
      transport.wayIsFree();
    } catch (error) {
      reason = error instanceof MailError ? error.message : 'the mail server could not be checked';
    }
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

/** Watches the way out of a transport. */
export function createMailRoute(watched: WatchedTransport): MailRoute {
  const { transport } = watched;
  const checks = createChecks(watched);
  const greets = onceInAWhile(REMEMBER_MILLISECONDS, () => transport.probe(PROBE_TIMEOUT_MILLISECONDS));
  const isOpen = async (freshMilliseconds: number) => {
    const [passed, greeting] = await Promise.all([checks.pass(freshMilliseconds), greets()]);
    // A server that is slow to greet takes mails all the same, once it has been seen to.
    return passed === undefined ? greeting === 'greets' : passed && greeting !== 'refuses';
  };
  return {
    isOpen: () => isOpen(FRESH_FOR_REQUESTS_MILLISECONDS),
    takesMail: async () => (await isOpen(FRESH_FOR_READINESS_MILLISECONDS)) && transport.areGood(),
  };
}

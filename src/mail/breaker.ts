import { MailError } from './mail-error.js';
import type { MailTransport, OutgoingMail } from './outgoing-mail.js';

/** `open` rejects immediately until the back-off ends; `half-open` lets one email through. */
export type BreakerState = 'closed' | 'open' | 'half-open';

const FAILURES_TO_OPEN = 3;
const FIRST_BACK_OFF = 1_000;
const LONGEST_BACK_OFF = 8_000;

/**
 * A circuit breaker: after three consecutive emails could not reach the mail server, no connection is attempted for 1 s,
 * doubling up to 8 s. Meanwhile `send` fails with an `unreachable` MailError. Checks of the server are not affected.
 * @param options `now` returns the time in milliseconds.
 */
export function withBreaker<Transport extends MailTransport>(
  transport: Transport,
  { now, onStateChange }: { now: () => number; onStateChange?: (state: BreakerState) => void },
): Transport & { state(): BreakerState } {
  let told: BreakerState = 'closed';
  let failures = 0;
  let openUntil = 0;
  let reason = 'the mail server was unreachable a moment ago';
  const change = (state: BreakerState) => {
    if (state === told) return;
    told = state;
    onStateChange?.(state);
  };
  const failed = (wasTrial: boolean) => {
    // Emails that started before the breaker opened are not counted.
    if (told !== 'closed' && !wasTrial) return;
    failures += 1;
    if (failures < FAILURES_TO_OPEN) return;
    openUntil = now() + Math.min(LONGEST_BACK_OFF, FIRST_BACK_OFF * 2 ** (failures - FAILURES_TO_OPEN));
    change('open');
  };
  const answered = () => {
    failures = 0;
    change('closed');
  };
  const state = () => (told === 'open' && now() >= openUntil ? 'half-open' : told);
  const send = async (mail: OutgoingMail) => {
    const isTrial = told === 'open' && now() >= openUntil;
    if (told !== 'closed' && !isTrial) throw new MailError('unreachable', reason);
    if (isTrial) change('half-open');
    try {
      await transport.send(mail);
    } catch (error) {
      const kind = error instanceof MailError ? error.kind : 'unreachable';
      if (kind === 'unreachable') {
        if (error instanceof MailError) reason = error.message;
        failed(isTrial);
      }
      // Errors without a cause occur before connecting and say nothing about the server.
      else if ((error as MailError).cause === undefined) change(isTrial ? 'open' : told);
      else answered();
      throw error;
    }
    answered();
  };
  return { ...transport, send, state };
}

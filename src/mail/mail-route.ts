import { onceInAWhile } from '../lib/once-in-a-while.js';
import type { MailTransport } from './outgoing-mail.js';

/** Tells whether a mail that is handed over now would go out now. */
export interface MailRoute {
  /** Answers within PROBE_TIMEOUT_MILLISECONDS, from memory when it was asked a moment ago; never rejects. */
  isOpen(): Promise<boolean>;
}

/** Longest wait for the mail server's greeting; a request waits for it beside its password hash. */
const PROBE_TIMEOUT_MILLISECONDS = 250;
const REMEMBER_MILLISECONDS = 1_000;

/** Watches the way out of a transport. */
export function createMailRoute(transport: Pick<MailTransport, 'probe'>): MailRoute {
  return { isOpen: onceInAWhile(REMEMBER_MILLISECONDS, () => transport.probe(PROBE_TIMEOUT_MILLISECONDS)) };
}

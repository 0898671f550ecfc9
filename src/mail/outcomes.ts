import { MailError } from './mail-error.js';
import type { MailTransport } from './outgoing-mail.js';

/** What this process's emails say about the route. The outcomes of all processes are in the outbox. */
export interface MailOutcomes {
  /** Returns true if, judging by recent emails, the next one is likely to be accepted. */
  areGood(): boolean;
  /** Records that a check of the server got as far as a recipient. */
  wayIsFree(): void;
}

/** Records the outcomes of a transport's emails. */
export function withOutcomes(transport: MailTransport): MailTransport & MailOutcomes {
  let isBlocked = false;
  let mustSend = false;
  const note = (error: unknown) => {
    // Errors without a cause occur before connecting and say nothing about the server.
    if (!(error instanceof MailError) || error.cause === undefined) return;
    if (error.step !== 'recipient' && error.step !== 'message') isBlocked = true;
    // The server requires authentication, whoever the recipient is.
    else if (error.kind === 'unreachable') mustSend = true;
  };
  const send: MailTransport['send'] = async (mail) => {
    try {
      await transport.send(mail);
    } catch (error) {
      note(error);
      throw error;
    }
    isBlocked = false;
    mustSend = false;
  };
  return {
    ...transport,
    send,
    areGood: () => !isBlocked && !mustSend,
    wayIsFree: () => {
      isBlocked = false;
    },
  };
}

/** Outcomes of the latest emails of all processes. */
export interface LastMails {
  /** Identifies the last accepted email. Null before the first. */
  taken: string | null;
  /** The reason if a number of emails since then were all rejected, otherwise null. */
  refusal: string | null;
}

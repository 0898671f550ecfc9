import { MailError } from './mail-error.js';
import type { MailTransport } from './outgoing-mail.js';

/** What the mails of this process say of the way; what became of those of all processes is in the outbox. */
export interface MailOutcomes {
  /** Whether, by the last of them, the next mail is likely to be taken. */
  areGood(): boolean;
  /** A check of the server went as far as a recipient. */
  wayIsFree(): void;
}

/** Watches what becomes of the mails of a transport. */
export function withOutcomes(transport: MailTransport): MailTransport & MailOutcomes {
  let isBlocked = false;
  let mustSend = false;
  const note = (error: unknown) => {
    // Without a cause it was refused before anything was dialled, which tells nothing about the server.
    if (!(error instanceof MailError) || error.cause === undefined) return;
    if (error.step !== 'recipient' && error.step !== 'message') isBlocked = true;
    // It wants a sign-in, whoever the recipient is.
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

/** What became of the last mails of all processes. */
export interface LastMails {
  /** Tells one mail that was taken from the next; null before the first. */
  taken: string | null;
  /** Why none of so many mails since was taken; null where one may well be. */
  refusal: string | null;
}

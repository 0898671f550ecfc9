import { MailError } from './mail-error.js';
import type { MailTransport } from './outgoing-mail.js';

/** What became of the last mails. */
export interface MailOutcomes {
  /** Whether, by the last of them, the next mail is likely to be taken. */
  areGood(): boolean;
  /** A check of the server went as far as a recipient. */
  wayIsFree(): void;
}

/** One refused recipient may be a typing error; so many mails refused and none taken are the server's. */
const REFUSED_MAILS = 3;

/** Watches what becomes of the mails of a transport. */
export function withOutcomes(transport: MailTransport): MailTransport & MailOutcomes {
  let isBlocked = false;
  let mustSend = false;
  const refused = new Set<string>();
  const note = (error: unknown, id: string) => {
    // Without a cause it was refused before anything was dialled, which tells nothing about the server.
    if (!(error instanceof MailError) || error.cause === undefined) return;
    const isAboutMail = error.step === 'recipient' || error.step === 'message';
    if (!isAboutMail) isBlocked = true;
    // It wants a sign-in, whoever the recipient is.
    else if (error.kind === 'unreachable') mustSend = true;
    else if (refused.size < REFUSED_MAILS) refused.add(id);
  };
  const send: MailTransport['send'] = async (mail) => {
    try {
      await transport.send(mail);
    } catch (error) {
      note(error, mail.id);
      throw error;
    }
    isBlocked = false;
    mustSend = false;
    refused.clear();
  };
  return {
    ...transport,
    send,
    areGood: () => !isBlocked && !mustSend && refused.size < REFUSED_MAILS,
    wayIsFree: () => {
      isBlocked = false;
    },
  };
}

import type { SendMailOptions } from 'nodemailer';

/** A rendered email for one recipient. */
export interface OutgoingMail {
  /** Permanent id of the email. A retry has the same id and thus the same Message-ID. */
  id: string;
  to: string;
  subject: string;
  text: string;
  html: string;
  /** The email's name in the catalogue. */
  mail: string;
  code: string | null;
  link: string | null;
  sentAt: Date;
}

/** The mail server's greeting. `silent` means none within the timeout. */
export type Greeting = 'greets' | 'refuses' | 'silent';

/** Delivers emails. */
export interface MailTransport {
  /**
   * Sends one email. Resolves once the mail server (or the mailbox) has accepted it.
   * @throws MailError and nothing else.
   */
  send(mail: OutgoingMail): Promise<void>;
  /** Checks only the mail server's greeting. Cheap and never throws. */
  probe(timeoutMilliseconds: number): Promise<Greeting>;
  /**
   * Performs the SMTP steps of an email up to its first recipient and sends nothing.
   * @throws MailError and nothing else.
   */
  check(): Promise<void>;
  /** Waits for emails being sent and closes the connections. */
  close(): Promise<void>;
}

/** Converts an email to nodemailer's options. */
export type Compose = (mail: OutgoingMail) => SendMailOptions;

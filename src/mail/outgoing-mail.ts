import type { SendMailOptions } from 'nodemailer';

/** A rendered mail on its way to one recipient. */
export interface OutgoingMail {
  /** Names the mail for good: a retry has the same id, and so the same Message-ID. */
  id: string;
  to: string;
  subject: string;
  text: string;
  html: string;
  /** The mail's name in the catalogue. */
  mail: string;
  code: string | null;
  link: string | null;
  sentAt: Date;
}

/** The mail server's first answer; `silent` where none came in the time. */
export type Greeting = 'greets' | 'refuses' | 'silent';

/** Where mails leave the gateway. */
export interface MailTransport {
  /**
   * Hands one mail over; when it resolves, the mail server (or the mailbox) has it.
   * @throws MailError and nothing else.
   */
  send(mail: OutgoingMail): Promise<void>;
  /** Asks the mail server for its greeting alone; cheap, never throws. */
  probe(timeoutMilliseconds: number): Promise<Greeting>;
  /**
   * Goes the way of a mail up to its first recipient; sends nothing.
   * @throws MailError and nothing else.
   */
  check(): Promise<void>;
  /** Lets the mails under way finish and closes the connections. */
  close(): Promise<void>;
}

/** Turns a mail into what nodemailer takes. */
export type Compose = (mail: OutgoingMail) => SendMailOptions;

/** A mail as the development mailbox shows it: what was sent, and what a reader would pick out of it. */
export interface CapturedMail {
  id: string;
  to: string;
  from: string;
  subject: string;
  text: string;
  html: string;
  /** The one-time code in the mail, or null when it has none. */
  code: string | null;
  /** The address that the mail asks its reader to open, or null when it has none. */
  link: string | null;
  /** Name of the template that the mail was made from. */
  mail: string;
  /** ISO 8601. */
  sentAt: string;
}

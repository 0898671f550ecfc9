/** An email in the development mailbox: its content, with the code and the link extracted. */
export interface CapturedMail {
  id: string;
  to: string;
  from: string;
  subject: string;
  text: string;
  html: string;
  /** The one-time code in the email, or null. */
  code: string | null;
  /** The link that the email asks its reader to open, or null. */
  link: string | null;
  /** The name of its template. */
  mail: string;
  /** ISO 8601. */
  sentAt: string;
}

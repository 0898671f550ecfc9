/**
 * What to do about a mail that was not sent.
 * `unreachable`: no mail server took the connection or the sign-in, so no other mail would get through either;
 * `temporary`: the server asks to try this mail later; `permanent`: trying this mail again is in vain.
 */
export type MailErrorKind = 'unreachable' | 'temporary' | 'permanent';

/** What the mail server was told when the mail failed. */
export type MailStep = 'sender' | 'recipient' | 'message';

/** A mail was not sent. The message names no address, credential or content and may be shown; the cause may not. */
export class MailError extends Error {
  override readonly name = 'MailError';
  /** Absent where it failed before its first step, or the connection broke. */
  step?: MailStep | undefined;

  constructor(
    readonly kind: MailErrorKind,
    message: string,
    options?: ErrorOptions,
  ) {
    super(message, options);
  }
}

/** What nodemailer tells about a failure. */
interface Failure {
  code?: unknown;
  command?: unknown;
  responseCode?: unknown;
  /** The server's words. */
  response?: unknown;
  /** The code of the error below, such as `ECONNREFUSED` or `DEPTH_ZERO_SELF_SIGNED_CERT`. */
  originalCode?: unknown;
}

// Replies that ask for a sign-in or refuse one (RFC 4954): the settings are wrong, and the mail is not to blame.
const SIGN_IN_REPLIES = [530, 534, 535, 538];

const STEPS: Record<string, MailStep> = {
  'MAIL FROM': 'sender',
  'RCPT TO': 'recipient',
  DATA: 'message',
};

/** How the reason of a mail begins whose address the server finds wrong, which says nothing of other mails. */
export const ADDRESS_FAULT = 'the mail server does not know the recipient';
/** Its name, its domain or its mailbox: the subjects 1 and 2 of RFC 3463. */
const OF_ADDRESS = /^[45]\d\d[ -][45]\.[12]\.\d/;

function refusal(failure: Failure, code: string, reply: number | undefined): MailError | undefined {
  const command = String(failure.command);
  if (code !== 'EENVELOPE' && code !== 'EMESSAGE') return undefined;
  if (reply === undefined) return new MailError('permanent', 'the mail has an envelope or a size that cannot be sent');
  if (SIGN_IN_REPLIES.includes(reply)) return undefined;
  const what = `the ${STEPS[command] ?? 'mail'}`;
  const isForGood = reply >= 500 && reply !== 503;
  if (STEPS[command] === 'recipient' && OF_ADDRESS.test(String(failure.response))) {
    return new MailError(isForGood ? 'permanent' : 'temporary', `${ADDRESS_FAULT} (${reply})`);
  }
  // 503 says that the session was in the wrong state, so the same mail can pass on a new connection (RFC 5321 4.3.2).
  if (isForGood) return new MailError('permanent', `the mail server refused ${what} (${reply})`);
  return new MailError('temporary', `the mail server does not take ${what} now (${reply})`);
}

/** The server's reply or the code of the failure below, which say what an operator has to mend; neither names anybody. */
function detailOf(failure: Failure, reply: number | undefined): string {
  const found = reply ?? [failure.originalCode, failure.code].find((code) => /^[A-Z][A-Z_]{2,}$/.test(String(code)));
  return found === undefined ? '' : ` (${found})`;
}

const NOT_TRUSTED = /CERT|ISSUER|CRL|SSL|TLS/;

const UNREACHABLE: Record<string, string> = {
  EAUTH: 'the mail server refused the sign-in',
  ENOAUTH: 'the mail server wants a sign-in',
  EDNS: 'the name of the mail server was not found',
  ETIMEDOUT: 'the mail server did not answer in time',
  EABORT: 'the mail server did not answer in time',
  ETLS: 'no verified TLS connection to the mail server came about',
};

function unreachable(code: string, reply: number | undefined): string {
  if (reply === 530) return 'the mail server wants a sign-in';
  if (code === 'EPROTOCOL' && reply !== undefined) return 'the mail server refused the connection';
  return UNREACHABLE[code] ?? 'the mail server could not be reached';
}

/** Sorts what nodemailer threw into a kind, under a message of our own words; the original is kept as the cause. */
export function mailErrorFrom(cause: unknown): MailError {
  if (cause instanceof MailError) return cause;
  const failure: Failure = typeof cause === 'object' && cause !== null ? cause : {};
  const reply = typeof failure.responseCode === 'number' ? failure.responseCode : undefined;
  const code = NOT_TRUSTED.test(String(failure.originalCode)) ? 'ETLS' : String(failure.code);
  const error =
    refusal(failure, code, reply) ??
    new MailError('unreachable', `${unreachable(code, reply)}${detailOf(failure, reply)}`);
  error.step = STEPS[String(failure.command)];
  error.cause = cause;
  return error;
}

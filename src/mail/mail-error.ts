/**
 * Kinds of delivery failure.
 * `unreachable`: the connection or the authentication failed, so any other email would fail too. `temporary`: the server asks
 * to retry this email later. `permanent`: retrying this email is futile.
 */
export type MailErrorKind = 'unreachable' | 'temporary' | 'permanent';

/** The SMTP command that failed. */
export type MailStep = 'sender' | 'recipient' | 'message';

/**
 * An email was not sent. The message contains no address, credential or content and can be shown. The cause must not be shown.
 */
export class MailError extends Error {
  override readonly name = 'MailError';
  /** Undefined if it failed before the first step or the connection broke. */
  step?: MailStep | undefined;

  constructor(
    readonly kind: MailErrorKind,
    message: string,
    options?: ErrorOptions,
  ) {
    super(message, options);
  }
}

/** The properties of nodemailer's errors. */
interface Failure {
  code?: unknown;
  command?: unknown;
  responseCode?: unknown;
  /** The server's response text. */
  response?: unknown;
  /** The code of the underlying error, such as `ECONNREFUSED` or `DEPTH_ZERO_SELF_SIGNED_CERT`. */
  originalCode?: unknown;
}

// Replies that require or reject authentication (RFC 4954): the settings are wrong and not the email.
const SIGN_IN_REPLIES = [530, 534, 535, 538];

const STEPS: Record<string, MailStep> = {
  'MAIL FROM': 'sender',
  'RCPT TO': 'recipient',
  DATA: 'message',
};

/** Start of the message if the server rejects the recipient's address, which says nothing about other emails. */
export const ADDRESS_FAULT = 'the mail server does not know the recipient';
/** Errors of the address, its domain or its mailbox: subjects 1 and 2 of RFC 3463. */
const OF_ADDRESS = /^[45]\d\d[ -][45]\.[12]\.\d/;

function refusal(failure: Failure, code: string, reply: number | undefined): MailError | undefined {
  const command = String(failure.command);
  if (code !== 'EENVELOPE' && code !== 'EMESSAGE') return undefined;
  if (reply === undefined) return new MailError('permanent', 'the email has an envelope or a size that cannot be sent');
  if (SIGN_IN_REPLIES.includes(reply)) return undefined;
  const what = `the ${STEPS[command] ?? 'mail'}`;
  const isForGood = reply >= 500 && reply !== 503;
  if (STEPS[command] === 'recipient' && OF_ADDRESS.test(String(failure.response))) {
    return new MailError(isForGood ? 'permanent' : 'temporary', `${ADDRESS_FAULT} (${reply})`);
  }
  // 503 means that the session was in the wrong state, so the same email can succeed on a new connection (RFC 5321 4.3.2).
  if (isForGood) return new MailError('permanent', `the mail server rejected ${what} (${reply})`);
  return new MailError('temporary', `the mail server does not accept ${what} now (${reply})`);
}

/** The server's reply or the code of the underlying failure, for the operator. Neither identifies a person. */
function detailOf(failure: Failure, reply: number | undefined): string {
  const found = reply ?? [failure.originalCode, failure.code].find((code) => /^[A-Z][A-Z_]{2,}$/.test(String(code)));
  return found === undefined ? '' : ` (${found})`;
}

const NOT_TRUSTED = /CERT|ISSUER|CRL|SSL|TLS/;

const UNREACHABLE: Record<string, string> = {
  EAUTH: 'the mail server rejected the sign-in',
  ENOAUTH: 'the mail server requires a sign-in',
  EDNS: 'the name of the mail server was not found',
  ETIMEDOUT: 'the mail server did not answer in time',
  EABORT: 'the mail server did not answer in time',
  ETLS: 'a verified TLS connection to the mail server could not be established',
};

function unreachable(code: string, reply: number | undefined): string {
  if (reply === 530) return 'the mail server requires a sign-in';
  if (code === 'EPROTOCOL' && reply !== undefined) return 'the mail server rejected the connection';
  return UNREACHABLE[code] ?? 'the mail server could not be reached';
}

/** Classifies an error of nodemailer. Uses a message of our own and keeps the original as the cause. */
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

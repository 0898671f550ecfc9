/** What an operator can do about a delivery failure, by its message. The first that matches applies. */
const ADVICE: readonly [RegExp, string][] = [
  [/sign-in/, 'Check the user and the password in SMTP_URL.'],
  [/name of the mail server/, 'Check the host in SMTP_URL.'],
  [/TLS/, 'Use smtps:// for port 465 and smtp:// for port 587, and a host that the certificate names.'],
  [
    /reached|answer in time|refused the connection/,
    'Check the host and the port in SMTP_URL, and any firewall between.',
  ],
  [/the sender/, 'Check MAIL_FROM: the mail server must be allowed to send for its domain.'],
  [/recipient/, 'Check the address; the mail server does not deliver to it.'],
  [/now \(/, 'The mail server asks to try again later.'],
  [/prepared/, 'Check MAIL_TEMPLATES; the log has the cause.'],
];

/** Returns what to do about the failure of an email, which the outbox keeps as a message. */
export function mailAdvice(message: string): string {
  return ADVICE.find(([pattern]) => pattern.test(message))?.[1] ?? 'The log of the mail server says why.';
}

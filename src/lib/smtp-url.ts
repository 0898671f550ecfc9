/** A mail server and its credentials. */
export interface SmtpServer {
  host: string;
  port: number;
  /** TLS from the first byte (smtps); otherwise STARTTLS where the server offers it. */
  secure: boolean;
  auth?: { user: string; pass: string };
  requireTls: boolean;
  ignoreTls: boolean;
  rejectUnauthorized: boolean;
  /** The name sent in EHLO. */
  name?: string;
}

const PARAMETERS = ['requiretls', 'ignoretls', 'tls.rejectunauthorized', 'name'];

const FLAGS = ['requiretls', 'ignoretls', 'tls.rejectunauthorized'];

const isOn = (value: string | undefined) => value === 'true' || value === '1';

function parametersOf(url: URL): Map<string, string> {
  return new Map([...url.searchParams].map(([name, value]) => [name.toLowerCase(), value]));
}

/** The reason why SMTP_URL cannot be used, as the rest of a sentence that starts with its name. Does not quote the value. */
export function smtpUrlProblem(text: string, production: boolean): string | undefined {
  const url = URL.parse(text);
  if (url === null || !['smtp:', 'smtps:'].includes(url.protocol) || url.hostname === '') {
    return 'must start with smtp:// or smtps:// and name a host';
  }
  if (url.port === '0') return 'must name a port from 1 to 65535, or none';
  const parameters = parametersOf(url);
  const unknown = [...parameters.keys()].find((name) => !PARAMETERS.includes(name));
  // Reading an unknown value as `false` would disable TLS for an operator who wrote `on`.
  if (FLAGS.some((name) => !/^(true|1|false|0)$/.test(parameters.get(name) ?? 'false'))) {
    return 'must have true or false for requireTLS, ignoreTLS and tls.rejectUnauthorized';
  }
  const verification = parameters.get('tls.rejectunauthorized');
  const weakened = isOn(parameters.get('ignoretls')) || (verification !== undefined && !isOn(verification));
  if (production && (weakened || unknown === 'opportunistictls')) {
    return 'must not turn off TLS or its verification in production (tls.rejectUnauthorized, ignoreTLS, opportunisticTLS)';
  }
  if (unknown !== undefined)
    return 'has an unknown parameter; it can have requireTLS, ignoreTLS, tls.rejectUnauthorized and name';
  return undefined;
}

/**
 * Parses SMTP_URL. In production, TLS certificates are always verified. Mail requires TLS there unless `requireTLS=false` is
 * set, and a password always does. nodemailer does not parse the URL because its URLs can set any connection option.
 * @throws Error that names the setting and never repeats its value.
 */
export function parseSmtpUrl(text: string, production: boolean): SmtpServer {
  const problem = smtpUrlProblem(text, production);
  if (problem !== undefined) throw new Error(`SMTP_URL ${problem}`);
  const url = new URL(text);
  const parameters = parametersOf(url);
  const secure = url.protocol === 'smtps:';
  const verification = parameters.get('tls.rejectunauthorized');
  const rejectUnauthorized = verification === undefined || isOn(verification);
  const ignoreTls = isOn(parameters.get('ignoretls'));
  const requireTls = parameters.get('requiretls');
  const server: SmtpServer = {
    host: url.hostname.replace(/^\[|\]$/g, ''),
    port: url.port === '' ? (secure ? 465 : 587) : Number(url.port),
    secure,
    requireTls: isOn(requireTls) || (production && !secure && (requireTls === undefined || url.username !== '')),
    ignoreTls,
    rejectUnauthorized,
  };
  if (url.username !== '') {
    server.auth = { user: decodeURIComponent(url.username), pass: decodeURIComponent(url.password) };
  }
  const name = parameters.get('name');
  return name === undefined ? server : { ...server, name };
}

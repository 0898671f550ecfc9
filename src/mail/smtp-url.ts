/** A mail server and how to sign in to it. */
export interface SmtpServer {
  host: string;
  port: number;
  /** TLS from the first byte (smtps); otherwise STARTTLS where the server offers it. */
  secure: boolean;
  auth?: { user: string; pass: string };
  requireTls: boolean;
  ignoreTls: boolean;
  rejectUnauthorized: boolean;
  /** The name to greet the server with. */
  name?: string;
}

const PARAMETERS = ['requiretls', 'ignoretls', 'tls.rejectunauthorized', 'name'];

const isOn = (value: string | null | undefined) => value === 'true' || value === '1';

function parametersOf(url: URL): Map<string, string> {
  const parameters = new Map([...url.searchParams].map(([name, value]) => [name.toLowerCase(), value]));
  const unknown = [...parameters.keys()].find((name) => !PARAMETERS.includes(name));
  if (unknown !== undefined) throw new Error(`SMTP_URL has an unknown parameter: ${unknown}`);
  return parameters;
}

/**
 * Reads SMTP_URL. In production TLS is always verified, and mail travels only over TLS unless `requireTLS=false` is written,
 * a password in any case.
 * Read here and not by nodemailer, whose URLs can set any option of the connection.
 * @throws Error that names the setting and never repeats its value.
 */
export function parseSmtpUrl(text: string, production: boolean): SmtpServer {
  const url = URL.parse(text);
  if (url === null || !['smtp:', 'smtps:'].includes(url.protocol) || url.hostname === '') {
    throw new Error('SMTP_URL must start with smtp:// or smtps:// and name a host');
  }
  const parameters = parametersOf(url);
  const secure = url.protocol === 'smtps:';
  const verification = parameters.get('tls.rejectunauthorized');
  const rejectUnauthorized = verification === undefined || isOn(verification);
  const ignoreTls = isOn(parameters.get('ignoretls'));
  const requireTls = parameters.get('requiretls');
  if (production && (!rejectUnauthorized || ignoreTls)) {
    throw new Error('SMTP_URL must not turn off TLS or its verification in production');
  }
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

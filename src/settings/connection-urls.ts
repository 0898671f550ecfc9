import { parseRedisUrl, REDIS_SCHEMES, splitHosts } from '../lib/redis-url.js';
import { smtpUrlProblem } from '../lib/smtp-url.js';
import { checkTlsFiles } from './files.js';
import { type Read, type Reader, reader } from './readers.js';

const ENCODING = 'write % as %25, @ as %40, : as %3A, / as %2F, ? as %3F and # as %23';
const SSL_MODES = ['disable', 'allow', 'prefer', 'require', 'verify-ca', 'verify-full', 'no-verify'];

/** Returns true if a part of a URL has valid percent-encoding. */
function isDecodable(part: string): boolean {
  try {
    decodeURIComponent(part);
    return true;
  } catch {
    return false;
  }
}

/** Returns true if an unencoded /, ? or # in the password ended the host too early, which leaves an @ after it. */
function hasEarlyEnd({ pathname, search, hash }: URL): boolean {
  return hash !== '' || pathname.includes('@') || /^\?[^=]*@/.test(search);
}

/** The reason why a text with a valid scheme is not a usable URL, as the rest of a sentence that starts with the setting. */
function malformation(text: string, url: URL | null): string | undefined {
  if (/\s/.test(text)) return 'has white space: it must be one URL on one line, with a space written as %20';
  if (url === null) {
    const rule = 'must be a URL with a host and optionally, after a colon, a port up to 65535';
    return text.includes('@') ? `${rule}; in a user or password ${ENCODING}` : rule;
  }
  if (![url.username, url.password, url.pathname].every(isDecodable)) {
    return `has a % that does not start an escape sequence: in a user or password ${ENCODING}`;
  }
  if (hasEarlyEnd(url)) return `has an @ or # after its host: in a user or password ${ENCODING}`;
  return undefined;
}

/** Reads a connection URL with one of the schemes. The text is kept unchanged. */
function connection(
  schemes: readonly string[],
  check: (url: URL, refuse: (reason: string) => void, text: string) => void,
  urlOf = (text: string) => text,
): Reader<string> {
  const starts = schemes.map((scheme) => `${scheme}//`);
  const read: Read<string> = (text, refuse) => {
    const lower = text.trimStart().toLowerCase();
    if (!starts.some((start) => lower.startsWith(start)) || /[\r\n]/.test(text.trim())) {
      refuse(`must be a URL that starts with ${starts.join(' or ')}`);
      return text;
    }
    const url = URL.parse(urlOf(text));
    const problem = malformation(text, url);
    if (problem !== undefined) refuse(problem);
    else if (url !== null) check(url, refuse, text);
    return text;
  };
  return reader(read);
}

/** Rejects an sslmode that is misspelt or cannot verify any certificate, as every connection would fail. */
function checkSslMode({ searchParams: query }: URL, refuse: (reason: string) => void): void {
  const mode = query.get('sslmode');
  if (mode === null) return;
  if (!SSL_MODES.includes(mode)) {
    refuse('must have an sslmode of disable, prefer, require, verify-ca or verify-full');
  } else if (mode === 'verify-ca' && !query.get('sslrootcert')) {
    refuse('must set sslrootcert to the CA that sslmode=verify-ca trusts');
  }
}

/** Reads the URL of a PostgreSQL database. */
export const postgresServer: Reader<string> = connection(['postgres:', 'postgresql:'], (url, refuse) => {
  checkSslMode(url, refuse);
  checkTlsFiles(url, refuse);
});

/** Reads the URL of a Redis server, of its sentinels, or of nodes of a cluster. */
export const redisServer: Reader<string> = connection(
  REDIS_SCHEMES,
  (url, refuse, text) => {
    try {
      parseRedisUrl(text);
    } catch (error) {
      refuse((error as Error).message);
    }
    checkTlsFiles(url, refuse);
  },
  (text) => splitHosts(text).url,
);

/** Reads the mail server's URL. In production, a URL that weakens TLS is rejected. */
export function mailServer(production: boolean): Reader<string> {
  return connection(['smtp:', 'smtps:'], ({ href }, refuse) => {
    const problem = smtpUrlProblem(href, production);
    if (problem !== undefined) refuse(problem);
  });
}

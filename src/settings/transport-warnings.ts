import { isLoopbackHost } from '../lib/local-hosts.js';
import { parseRedisUrl } from '../lib/redis-url.js';
import type { Settings } from '../settings.js';

const ENCRYPTING_MODES = ['require', 'verify-ca', 'verify-full', 'no-verify'];

/** Returns true if the host is the local machine: a loopback name, a socket directory, or none at all. */
function isThisMachine(host: string): boolean {
  return host === '' || host.startsWith('/') || isLoopbackHost(host);
}

function isPlainPostgres(text: string): boolean {
  const url = URL.parse(text);
  if (url === null) return false;
  const { searchParams: query } = url;
  if (isThisMachine(query.get('host') ?? decodeURIComponent(url.hostname))) return false;
  const mode = query.get('sslmode');
  if (mode !== null) return !ENCRYPTING_MODES.includes(mode);
  return (
    !['true', '1', 'no-verify'].includes(query.get('ssl') ?? '') &&
    !query.has('sslrootcert') &&
    query.get('sslnegotiation') !== 'direct'
  );
}

function isPlainRedis(text: string): boolean {
  const { secure, hosts } = parseRedisUrl(text);
  return !secure && !hosts.every(({ host }) => isThisMachine(host));
}

function allowsPlainMail(text: string): boolean {
  const url = URL.parse(text);
  if (url?.protocol !== 'smtp:' || url.username !== '' || isThisMachine(url.hostname)) return false;
  return [...url.searchParams].some(
    ([name, value]) => name.toLowerCase() === 'requiretls' && /^(false|0)$/.test(value),
  );
}

/** Warns about settings that make production connect to another machine without TLS. One sentence each, without values. */
export function transportWarnings(settings: Settings): string[] {
  if (settings.nodeEnv !== 'production') return [];
  const { databaseUrl, databaseDirectUrl, redisUrl, smtpUrl } = settings;
  const advice = 'connects to another machine without TLS: passwords and personal data can be read in transit; add';
  const found: [boolean, string][] = [
    [databaseUrl !== undefined && isPlainPostgres(databaseUrl), `DATABASE_URL ${advice} ?sslmode=verify-full`],
    [
      databaseDirectUrl !== undefined && databaseDirectUrl !== databaseUrl && isPlainPostgres(databaseDirectUrl),
      `DATABASE_DIRECT_URL ${advice} ?sslmode=verify-full`,
    ],
    [redisUrl !== undefined && isPlainRedis(redisUrl), `REDIS_URL ${advice} the s of rediss://`],
    [
      smtpUrl !== undefined && allowsPlainMail(smtpUrl),
      'SMTP_URL has requireTLS=false: codes and links in emails can be read in transit to the mail server',
    ],
  ];
  return found.filter(([applies]) => applies).map(([, warning]) => warning);
}

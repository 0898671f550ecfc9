import ipaddr from 'ipaddr.js';
import { describeSeconds } from './readers.js';
import type { Variables } from './schema.js';

interface Refusal {
  name: keyof Variables;
  reason: string;
}

interface Bound {
  least?: number;
  most?: number;
  /** Why values beyond it undo protection. */
  because: string;
  isTime?: boolean;
}

const MINUTE = 60;
const HOUR = 3_600;
const DAY = 86_400;

/** Bounds that hold in production alone, where tests and trials need no leeway. */
const BOUNDS: Partial<Record<keyof Variables, Bound>> = {
  LOCKOUT_THRESHOLD: { most: 100, because: 'more wrong tries in a row make guessing worthwhile' },
  LOCKOUT_SECONDS: { least: MINUTE, because: 'a shorter lock hardly slows guessing' },
  CODE_MAX_ATTEMPTS: { most: 10, because: 'more tries make six digits guessable' },
  CODE_RESEND_SECONDS: { least: 10, because: 'each request would mail and begin the tries of a code anew' },
  VERIFICATION_CODE_TTL: { most: DAY, isTime: true, because: 'six digits must not be valid for long' },
  VERIFICATION_LINK_TTL: { most: 30 * DAY, isTime: true, because: 'an old mail must not open an account' },
  EXCHANGE_TOKEN_TTL: { most: 10 * MINUTE, isTime: true, because: 'it opens a session' },
  REAUTHENTICATION_TTL: { most: DAY, isTime: true, because: 'a stolen session could change the account' },
  EMAIL_CHANGE_REVERT_TTL: {
    least: HOUR,
    most: 90 * DAY,
    isTime: true,
    because: 'the owner needs time to notice, and an old mail must not move an account',
  },
  SESSION_REPORT_TTL: { least: HOUR, most: 90 * DAY, isTime: true, because: 'the owner needs time to read the mail' },
  REFRESH_TOKEN_TTL: { most: 180 * DAY, isTime: true, because: 'an unused session must end' },
};

/** Most calls within an hour that a limit may allow in production; a limit of a name stops guessing by many clients. */
const MOST_CALLS_AN_HOUR = 10_000;
const MOST_CALLS_FOR_A_NAME = 200;
const NAME_SCOPE = /:(?:account|email|address)$/;

/** Most public IPv4 addresses that proxies may have together: four networks of the size of a /8. */
const MOST_PROXY_ADDRESSES = 2 ** 26;
const LEAST_IPV6_PREFIX = 16;
/** The bits before an IPv4 address that is written as an IPv6 one (RFC 4291, 2.5.5.2). */
const IPV4_IN_IPV6 = 96;

function refuseBeyond(read: Partial<Variables>): Refusal[] {
  return Object.entries(BOUNDS).flatMap(([key, { least = 0, most = Number.POSITIVE_INFINITY, because, isTime }]) => {
    const name = key as keyof Variables;
    const value = read[name];
    if (typeof value !== 'number' || (value >= least && value <= most)) return [];
    const told = (bound: number) => (isTime === true ? describeSeconds(bound) : String(bound));
    const bound = value < least ? `at least ${told(least)}` : `at most ${told(most)}`;
    return [{ name, reason: `must be ${bound} in production: ${because}` }];
  });
}

/** What a window allows within an hour. */
function callsAnHour({ points, seconds }: { points: number; seconds: number }): number {
  return points * Math.max(1, HOUR / seconds);
}

function refuseWideLimits({ RATE_LIMITS: limits }: Partial<Variables>): Refusal[] {
  return Object.entries(limits?.overrides ?? {}).flatMap(([key, windows]) => {
    const most = NAME_SCOPE.test(key) ? MOST_CALLS_FOR_A_NAME : MOST_CALLS_AN_HOUR;
    if (Math.min(...windows.map(callsAnHour)) <= most) return [];
    const reason = `must not allow more than ${most} calls an hour for ${key} in production, which would limit nothing`;
    return [{ name: 'RATE_LIMITS' as const, reason }];
  });
}

type Network = [address: ipaddr.IPv4 | ipaddr.IPv6, bits: number];

/** What the entry stands for; IPv4 addresses written as IPv6 ones are IPv4 addresses, as they are to whoever checks a proxy. */
function networkOf(entry: string): Network | undefined {
  if (!ipaddr.isValid(entry.split('/')[0] ?? '')) return undefined;
  const [address, bits] = entry.includes('/')
    ? ipaddr.parseCIDR(entry)
    : ([ipaddr.parse(entry), ipaddr.parse(entry).toByteArray().length * 8] as Network);
  const isMapped = address instanceof ipaddr.IPv6 && address.isIPv4MappedAddress() && bits >= IPV4_IN_IPV6;
  return isMapped ? [(address as ipaddr.IPv6).toIPv4Address(), bits - IPV4_IN_IPV6] : [address, bits];
}

/** How many public IPv4 addresses a network has; one that is wider than any private one holds some, wherever it begins. */
function publicAddresses([address, bits]: Network): number {
  if (address instanceof ipaddr.IPv6) return 0;
  const network = `${address}/${bits}`;
  const ends = [ipaddr.IPv4.networkAddressFromCIDR(network), ipaddr.IPv4.broadcastAddressFromCIDR(network)];
  const isPrivate = ends.every((end) => end.range() !== 'unicast') && bits >= 8;
  return isPrivate ? 0 : 2 ** (32 - bits);
}

/** Whether an IPv6 network is too wide, or holds all of IPv4. */
function isWideIpv6([address, bits]: Network): boolean {
  if (address instanceof ipaddr.IPv4) return false;
  if (bits <= IPV4_IN_IPV6 && ipaddr.IPv6.parse('::ffff:0:0').match(address, bits)) return true;
  return bits < LEAST_IPV6_PREFIX && !(address.range() === 'uniqueLocal' && bits >= 7);
}

function refuseWideProxies({ TRUSTED_PROXIES: entries = [] }: Partial<Variables>): Refusal[] {
  const networks = entries.map(networkOf).filter((network) => network !== undefined);
  const count = networks.reduce((sum, network) => sum + publicAddresses(network), 0);
  if (count <= MOST_PROXY_ADDRESSES && !networks.some(isWideIpv6)) return [];
  const reason =
    'covers so much of the internet that clients could forge the address that limits count: list the networks of your proxies alone';
  return [{ name: 'TRUSTED_PROXIES', reason }];
}

/** Why settings that are right by themselves would undo protection in production. */
export function checkProductionBounds(read: Partial<Variables>): Refusal[] {
  return [...refuseBeyond(read), ...refuseWideLimits(read), ...refuseWideProxies(read)];
}

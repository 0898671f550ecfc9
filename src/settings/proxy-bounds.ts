import ipaddr from 'ipaddr.js';
import type { Refusal } from './production-bounds.js';
import type { Variables } from './schema.js';

type Network = [address: ipaddr.IPv4 | ipaddr.IPv6, bits: number];

/** Maximum number of public IPv4 addresses of all proxies: four /8 networks. */
const MOST_PROXY_ADDRESSES = 2 ** 26;
/** All public IPv6 networks of proxies together can be as large as one network with this prefix length. */
const LEAST_IPV6_PREFIX = 16;
/** Number of bits before the IPv4 address in an IPv4-mapped IPv6 address (RFC 4291, 2.5.5.2). */
const IPV4_IN_IPV6 = 96;
/** Networks that contain every IPv4 address: mapped, translated and 6to4 (RFC 4291, 6052 and 3056). */
const HOLDERS_OF_IPV4: Network[] = [
  [ipaddr.IPv6.parse('::ffff:0:0'), IPV4_IN_IPV6],
  [ipaddr.IPv6.parse('64:ff9b::'), IPV4_IN_IPV6],
  [ipaddr.IPv6.parse('2002::'), 16],
];
const PRIVATE_IPV6 = new Set(['uniqueLocal', 'linkLocal', 'deprecatedSiteLocal', 'loopback']);

/** The network of an entry. IPv4-mapped addresses count as IPv4, as they do when a proxy is checked. */
function networkOf(entry: string): Network | undefined {
  if (!ipaddr.isValid(entry.split('/')[0] ?? '')) return undefined;
  const [address, bits] = entry.includes('/')
    ? ipaddr.parseCIDR(entry)
    : ([ipaddr.parse(entry), ipaddr.parse(entry).toByteArray().length * 8] as Network);
  const isMapped = address instanceof ipaddr.IPv6 && address.isIPv4MappedAddress() && bits >= IPV4_IN_IPV6;
  return isMapped ? [(address as ipaddr.IPv6).toIPv4Address(), bits - IPV4_IN_IPV6] : [address, bits];
}

/** Number of public IPv4 addresses of a network. A network larger than any private one contains some, wherever it starts. */
function publicAddresses([address, bits]: Network): number {
  if (address instanceof ipaddr.IPv6) return 0;
  const network = `${address}/${bits}`;
  const ends = [ipaddr.IPv4.networkAddressFromCIDR(network), ipaddr.IPv4.broadcastAddressFromCIDR(network)];
  const isPrivate = ends.every((end) => end.range() !== 'unicast') && bits >= 8;
  return isPrivate ? 0 : 2 ** (32 - bits);
}

/** Size of a public IPv6 network, as a share of the largest allowed one. */
function publicIpv6Share([address, bits]: Network): number {
  if (address instanceof ipaddr.IPv4) return 0;
  const network = `${address}/${bits}`;
  const ends = [ipaddr.IPv6.networkAddressFromCIDR(network), ipaddr.IPv6.broadcastAddressFromCIDR(network)];
  const ranges = new Set(ends.map((end) => end.range()));
  const isPrivate = ranges.size === 1 && [...ranges].every((range) => PRIVATE_IPV6.has(range));
  return isPrivate ? 0 : 2 ** (LEAST_IPV6_PREFIX - bits);
}

function holdsIpv4([address, bits]: Network): boolean {
  if (address instanceof ipaddr.IPv4) return false;
  return HOLDERS_OF_IPV4.some(([held, length]) => bits <= length && (held as ipaddr.IPv6).match(address, bits));
}

function sum(numbers: number[]): number {
  return numbers.reduce((total, number) => total + number, 0);
}

/** Rejects proxies whose networks cover so much of the internet that clients could be among them. */
export function refuseWideProxies({ TRUSTED_PROXIES: entries = [] }: Partial<Variables>): Refusal[] {
  const networks = entries.map(networkOf).filter((network) => network !== undefined);
  const isWide = sum(networks.map(publicAddresses)) > MOST_PROXY_ADDRESSES;
  const isWideIpv6 = sum(networks.map(publicIpv6Share)) > 1;
  if (!isWide && !isWideIpv6 && !networks.some(holdsIpv4)) return [];
  const reason =
    'covers so much of the internet that clients could forge the address that limits count: list only the networks of your proxies';
  return [{ name: 'TRUSTED_PROXIES', reason }];
}

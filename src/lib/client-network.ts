import { isIP } from 'node:net';
import ipaddr from 'ipaddr.js';
import { LRUCache } from 'lru-cache';

/** Prefix length of the IPv6 network of one household. */
const IPV6_PREFIX = 64;

const HIGHEST_PORT = 65_535;

/** Address notations of proxies: with or without brackets, and with a port, an empty port or none. */
const WRITTEN = [
  /^\[(?<address>[^[\]]+)\](?::(?<port>\d{0,5}))?$/,
  /^\[?(?<address>[^[\]]+)$/,
  /^(?<address>[^[\]]*\.\d+):(?<port>\d{0,5})$/,
];

/** All possible readings of the text as an address. At most one of them is valid. */
function unwrapped(text: string): string[] {
  const bare = (/^(["'])(.*)\1$/.exec(text)?.[2] ?? text).trim();
  const readings = WRITTEN.map((form) => form.exec(bare)?.groups ?? {});
  return readings.flatMap(({ address, port }) => (address && Number(port ?? 0) <= HIGHEST_PORT ? [address] : []));
}

const MOST_REMEMBERED = 1_000;
/** No address is longer, even with its zone and port. */
const LONGEST_REMEMBERED = 64;
const remembered = new LRUCache<string, { address: string | null }>({ max: MOST_REMEMBERED });
const networks = new LRUCache<string, string>({ max: MOST_REMEMBERED });

/**
 * The canonical form of an address: without zone and port, and with IPv4-mapped IPv6 as IPv4. Null if the text is not an
 * address. A request reads the same address several times.
 */
export function clientAddress(text: string | null | undefined): string | null {
  if (text == null) return null;
  const known = remembered.get(text);
  if (known !== undefined) return known.address;
  const address = readAddress(text);
  if (text.length <= LONGEST_REMEMBERED) remembered.set(text, { address });
  return address;
}

function readAddress(text: string): string | null {
  const readings = unwrapped(text.trim()).map((reading) => reading.split('%')[0] ?? '');
  const address = readings.find((reading) => isIP(reading) !== 0);
  return address === undefined ? null : ipaddr.process(address).toString();
}

function networkOf(address: string | null, prefix: number): string {
  if (address === null) return 'unknown';
  const parsed = ipaddr.parse(address);
  if (parsed.kind() === 'ipv4') return parsed.toString();
  return `${ipaddr.IPv6.networkAddressFromCIDR(`${parsed.toString()}/${prefix}`).toString()}/${prefix}`;
}

/** The network under which limits count an address: IPv4 unchanged, IPv6 by /64. All missing addresses share one name. */
export function clientNetwork(text: string | null): string {
  const address = clientAddress(text);
  const known = networks.get(address ?? '');
  if (known !== undefined) return known;
  const network = networkOf(address, IPV6_PREFIX);
  networks.set(address ?? '', network);
  return network;
}

/** Providers assign a /56 or a /48 to one customer, who then has 256 or 65,536 networks of /64. */
const WIDER_PREFIXES = [
  { prefix: 56, share: 2 },
  { prefix: 48, share: 4 },
];

/** Limits of the wider networks, as multiples of the limit of a /64. */
export const WIDER_SHARES: readonly number[] = WIDER_PREFIXES.map(({ share }) => share);

/** The wider networks of an IPv6 address, each with its limit as a multiple of the limit of a /64. Empty for IPv4. */
export function widerNetworks(text: string | null): { network: string; share: number }[] {
  if (!clientNetwork(text).endsWith(`/${IPV6_PREFIX}`)) return [];
  return WIDER_PREFIXES.map(({ prefix, share }) => ({ network: networkOf(clientAddress(text), prefix), share }));
}

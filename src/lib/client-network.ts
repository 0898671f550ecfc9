import { isIP } from 'node:net';
import ipaddr from 'ipaddr.js';

/** Bits of an IPv6 address that one household has. */
const IPV6_PREFIX = 64;

const HIGHEST_PORT = 65_535;

/** An address as proxies write it: in brackets or not, with a port behind it, an empty one too, or with neither. */
const WRITTEN = [
  /^\[(?<address>[^[\]]+)\](?::(?<port>\d{0,5}))?$/,
  /^\[?(?<address>[^[\]]+)$/,
  /^(?<address>[^[\]]*\.\d+):(?<port>\d{0,5})$/,
];

/** Every address that the text can be read as; never more than one of them is valid. */
function unwrapped(text: string): string[] {
  const bare = (/^(["'])(.*)\1$/.exec(text)?.[2] ?? text).trim();
  const readings = WRITTEN.map((form) => form.exec(bare)?.groups ?? {});
  return readings.flatMap(({ address, port }) => (address && Number(port ?? 0) <= HIGHEST_PORT ? [address] : []));
}

/**
 * An address in its one spelling: without a zone or a port, and an IPv4 one never as IPv6. Null for what is no address.
 */
export function clientAddress(text: string | null | undefined): string | null {
  const readings = unwrapped(text?.trim() ?? '').map((reading) => reading.split('%')[0] ?? '');
  const address = readings.find((reading) => isIP(reading) !== 0);
  return address === undefined ? null : ipaddr.process(address).toString();
}

function networkOf(text: string | null, prefix: number): string {
  const address = clientAddress(text);
  if (address === null) return 'unknown';
  const parsed = ipaddr.parse(address);
  if (parsed.kind() === 'ipv4') return parsed.toString();
  return `${ipaddr.IPv6.networkAddressFromCIDR(`${parsed.toString()}/${prefix}`).toString()}/${prefix}`;
}

/** The network that an address stands for in limits: IPv4 as it is, IPv6 by /64; what has no address shares one name. */
export function clientNetwork(text: string | null): string {
  return networkOf(text, IPV6_PREFIX);
}

/** Providers hand out a /56 or a /48 to one customer, who then has 256 or 65 536 networks of /64. */
const WIDER_PREFIXES = [
  { prefix: 56, share: 2 },
  { prefix: 48, share: 4 },
];

/** How many times the tries of a /64 each wider network has. */
export const WIDER_SHARES: readonly number[] = WIDER_PREFIXES.map(({ share }) => share);

/** The wider networks of an IPv6 address, each with how many times the tries of a /64 it has; none for IPv4. */
export function widerNetworks(text: string | null): { network: string; share: number }[] {
  if (!clientNetwork(text).endsWith(`/${IPV6_PREFIX}`)) return [];
  return WIDER_PREFIXES.map(({ prefix, share }) => ({ network: networkOf(text, prefix), share }));
}

import ipaddr from 'ipaddr.js';

/** Bits of an IPv6 address that one household has. */
const IPV6_PREFIX = 64;

/** The network that an address stands for in limits: IPv4 as it is, IPv6 by /64; what has no address shares one name. */
export function clientNetwork(address: string | null): string {
  if (address === null || !ipaddr.isValid(address)) return 'unknown';
  const parsed = ipaddr.process(address);
  if (parsed.kind() === 'ipv4') return parsed.toString();
  return `${ipaddr.IPv6.networkAddressFromCIDR(`${parsed.toString()}/${IPV6_PREFIX}`).toString()}/${IPV6_PREFIX}`;
}

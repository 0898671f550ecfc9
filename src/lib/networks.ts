import { BlockList, isIP } from 'node:net';
import ipaddr from 'ipaddr.js';
import { clientAddress } from './client-network.js';

const NAMED_NETWORKS: Readonly<Record<string, readonly string[]>> = {
  loopback: ['127.0.0.0/8', '::1/128'],
  // Includes the shared (RFC 6598) and link-local networks, from which hosting platforms reach a container.
  private: [
    '10.0.0.0/8',
    '172.16.0.0/12',
    '192.168.0.0/16',
    '100.64.0.0/10',
    '169.254.0.0/16',
    'fc00::/7',
    'fe80::/10',
  ],
};

function addNetwork(networks: BlockList, entry: string): void {
  const [text = '', length] = entry.split('/');
  const parsed = ipaddr.parse(text);
  const mapped = parsed.kind() === 'ipv6' && (parsed as ipaddr.IPv6).isIPv4MappedAddress();
  const address = ipaddr.process(text);
  const bits = address.kind() === 'ipv4' ? 32 : 128;
  const prefix = length === undefined ? bits : Math.max(0, Number(length) - (mapped ? 96 : 0));
  networks.addSubnet(address.toString(), prefix, address.kind());
}

/** Creates the check whether an address is in one of the networks: addresses, CIDR ranges and names of networks. */
export function createNetworkCheck(entries: readonly string[]): (address: string | null) => boolean {
  const networks = new BlockList();
  for (const entry of entries.flatMap((each) => NAMED_NETWORKS[each] ?? [each])) addNetwork(networks, entry);
  return (text) => {
    const address = clientAddress(text);
    return address !== null && networks.check(address, isIP(address) === 4 ? 'ipv4' : 'ipv6');
  };
}

/** The check of each list, created once. */
const checks = new WeakMap<readonly string[], ReturnType<typeof createNetworkCheck>>();

/** Returns whether a client is in a network from which administration is allowed. With no networks, every client is. */
export function isInAdminNetwork(adminNetworks: readonly string[], address: string | null): boolean {
  if (adminNetworks.length === 0) return true;
  const check = checks.get(adminNetworks) ?? createNetworkCheck(adminNetworks);
  checks.set(adminNetworks, check);
  return check(address);
}

import { isIP } from 'node:net';

/**
 * Returns true if the host of a URL always resolves to the local machine: `localhost`, a name below it, or a loopback address.
 */
export function isLoopbackHost(host: string): boolean {
  const name = host.toLowerCase().replace(/^\[|\]$|\.$/g, '');
  if (isIP(name) !== 0) return name === '::1' || name.startsWith('127.');
  return name === 'localhost' || name.endsWith('.localhost');
}

/** Returns true if the host of a URL is an IP address, which needs no name resolution. */
export function isAddressLiteral(host: string): boolean {
  return isIP(host.replace(/^\[|\]$/g, '')) !== 0;
}

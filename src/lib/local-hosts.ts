import { isIP } from 'node:net';

/** Whether the host of a URL always means the machine that resolves it: `localhost`, names below it, or a loopback address. */
export function isLoopbackHost(host: string): boolean {
  const name = host.toLowerCase().replace(/^\[|\]$|\.$/g, '');
  if (isIP(name) !== 0) return name === '::1' || name.startsWith('127.');
  return name === 'localhost' || name.endsWith('.localhost');
}

/** Whether the host of a URL is an address, which no name server can lead elsewhere. */
export function isAddressLiteral(host: string): boolean {
  return isIP(host.replace(/^\[|\]$/g, '')) !== 0;
}

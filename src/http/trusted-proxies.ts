import type { FastifyInstance, FastifyRequest } from 'fastify';
import type { Dependencies } from '../dependencies.js';
import { clientAddress } from '../lib/client-network.js';
import { createNetworkCheck } from '../lib/networks.js';
import { FORWARDED_HEADERS, type ForwardedHeader, forwardedAddresses } from './forwarded-addresses.js';

/** Tells whether the address at this distance, 0 being the peer itself, is a proxy whose forwarding headers are trusted. */
type ProxyTrust = (address: string, hop: number) => boolean;

/** Creates the check of a proxy from TRUSTED_PROXIES: a number of hops, or addresses, networks and names of networks. */
export function createProxyTrust(trusted: readonly string[]): ProxyTrust {
  const [only = ''] = trusted;
  if (/^\d+$/.test(only)) return (_address, hop) => hop < Number(only);
  return createNetworkCheck(trusted);
}

/** The settings that decide which forwarding headers are trusted. */
type Believed = Pick<Dependencies['settings'], 'trustedProxies' | 'forwardedHeader'>;

type Received = Pick<FastifyRequest, 'headers' | 'socket'>;

/**
 * Creates the function that returns the address of a request's client: the nearest one that does not belong to a trusted
 * proxy. If a proxy wrote something that is not an address, the address is the proxy's own, because anything further away is
 * unverified.
 */
function createClientAddress({ trustedProxies, forwardedHeader }: Believed): (request: Received) => string | null {
  const isTrusted = createProxyTrust(trustedProxies);
  return ({ headers, socket }) => {
    let nearest = clientAddress(socket.remoteAddress);
    for (const [hop, text] of forwardedAddresses(headers, forwardedHeader).entries()) {
      const address = nearest !== null && isTrusted(nearest, hop) ? clientAddress(text) : null;
      if (address === null) break;
      nearest = address;
    }
    return nearest;
  };
}

/** The reason why a forwarding header of this request is ignored, if it is. */
function ignoredBecause(
  { headers, socket }: Received,
  isTrusted: ProxyTrust,
  read: ForwardedHeader,
): string | undefined {
  const sent = FORWARDED_HEADERS.filter((name) => headers[name] !== undefined);
  if (sent.length === 0) return undefined;
  if (!isTrusted(socket.remoteAddress ?? '', 0)) {
    return `TRUSTED_PROXIES does not name the address that sent ${sent.join(' and ')}`;
  }
  if (!sent.includes(read)) return `only ${read} is read: have the proxy set it, or change FORWARDED_HEADER`;
  const [nearest = ''] = forwardedAddresses(headers, read);
  return clientAddress(nearest) === null ? `what the proxy added to ${read} is no IP address` : undefined;
}

/** Warns once in the life of the process: all clients behind an untrusted proxy count as one. */
function warnOfIgnoredForwarding(app: FastifyInstance, { settings, logger }: Dependencies): void {
  const isTrusted = createProxyTrust(settings.trustedProxies);
  let warned = false;
  app.addHook('onRequest', (request, _reply, done) => {
    const reason = warned ? undefined : ignoredBecause(request, isTrusted, settings.forwardedHeader);
    if (reason !== undefined) {
      warned = true;
      const peer = clientAddress(request.socket.remoteAddress);
      logger.warn({ peer, reason }, 'a forwarding header is ignored; all clients behind that proxy count as one');
    }
    done();
  });
}

declare module 'fastify' {
  interface FastifyRequest {
    /** The IP address of the client, as far as trusted proxies report it; null if the connection has none. */
    readonly clientAddress: string | null;
    /** The address, once it was read. */
    knownAddress: { address: string | null } | undefined;
  }
}

/** Adds the address of its client to every request. */
export function registerClientAddress(app: FastifyInstance, dependencies: Dependencies): void {
  const addressOf = createClientAddress(dependencies.settings);
  app.decorateRequest('knownAddress', undefined);
  app.decorateRequest('clientAddress', {
    getter(this: FastifyRequest) {
      this.knownAddress ??= { address: addressOf(this) };
      return this.knownAddress.address;
    },
  });
  warnOfIgnoredForwarding(app, dependencies);
}

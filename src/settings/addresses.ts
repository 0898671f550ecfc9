import { isAbsolute } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import ipaddr from 'ipaddr.js';
import { configuredAddress, emailAddress } from '../lib/email-address.js';
import { readSender } from '../lib/mail-sender.js';
import { checkRanges } from './files.js';
import { entriesOf, listOf, type Reader, reader } from './readers.js';

/** Reads an http or https URL and removes its trailing slash. In production only https is accepted. */
export function webAddress(production: boolean): Reader<string> {
  const schemes = production ? ['https:'] : ['http:', 'https:'];
  return reader((text, refuse) => {
    const url = parse(text, schemes);
    if (url === undefined || url.username !== '' || url.password !== '' || /[?#]/.test(text)) {
      const scheme = production ? 'an https' : 'an http or https';
      refuse(`must be ${scheme} address without user, query or fragment${production ? ' in production' : ''}`);
      return text;
    }
    return url.origin + url.pathname.replace(/\/+$/, '');
  });
}

/** Reads a URL for links. Like `webAddress`, but it can have a query and a fragment. */
export function linkedAddress(production: boolean): Reader<string> {
  const schemes = production ? ['https:'] : ['http:', 'https:'];
  return reader((text, refuse) => {
    const url = parse(text, schemes);
    if (url === undefined || url.username !== '' || url.password !== '') {
      const scheme = production ? 'an https' : 'an http or https';
      refuse(`must be ${scheme} address without user${production ? ' in production' : ''}`);
      return text;
    }
    return url.search + url.hash === '' ? url.origin + url.pathname.replace(/\/+$/, '') : url.href;
  });
}

/** The path of a local `file:` URL. Undefined if it is not one or has a query or fragment. */
function pathOf(text: string): string | undefined {
  const url = /^file:\/\/\//i.test(text) ? parse(text, ['file:']) : undefined;
  if (url === undefined || url.search !== '' || url.hash !== '') return undefined;
  try {
    return fileURLToPath(url);
  } catch {
    return undefined; // an invalid escape sequence or an encoded slash
  }
}

/** Reads the source of breached passwords: a web address or a folder, which is returned as a `file:` URL. */
export function breachSource(production: boolean): Reader<string> {
  const address = webAddress(production);
  return reader((text, refuse) => {
    if (isAbsolute(text) || /^file:/i.test(text)) {
      const path = isAbsolute(text) ? text : pathOf(text);
      if (path === undefined) refuse('must be a file: URL of this machine, such as file:///var/lib/ranges');
      else checkRanges(path, refuse);
      return path === undefined ? text : pathToFileURL(path).href;
    }
    const read = address.safeParse(text);
    if (!read.success) {
      for (const { message } of read.error.issues) refuse(`${message}, or the absolute path of a folder`);
    }
    return read.data ?? text;
  });
}

/** Origins of app web views and browser extensions. No web page can have such an origin. */
const APP_ORIGIN =
  /^(?:http:\/\/tauri\.localhost|(?:capacitor|ionic|tauri|chrome-extension|moz-extension|safari-web-extension):\/\/[a-z0-9](?:[a-z0-9.-]*[a-z0-9])?)$/;

/** Reads the origins that can call the gateway with cookies, exactly as a browser sends them. */
export function browserOrigins(production: boolean): Reader<readonly string[]> {
  const schemes = production ? ['https:'] : ['http:', 'https:'];
  return listOf((entry, refuse) => {
    if (entry.includes('*')) {
      // A wildcard would allow any website to act with a visitor's cookies.
      refuse('has a wildcard, which would let any site act for a signed-in visitor: list each origin');
    } else if (!APP_ORIGIN.test(entry) && parse(entry, schemes)?.origin !== entry) {
      const rule = production ? 'a bare https origin in production' : 'a bare http or https origin';
      refuse(`must be ${rule}, as a browser sends it: lower case, no default port, path or trailing slash`);
    }
    return entry;
  });
}

const PROXY_NETWORKS = ['loopback', 'private'];
const MOST_HOPS = 10;

function checkProxyNetwork(entry: string, refuse: (reason: string) => void): void {
  if (PROXY_NETWORKS.includes(entry)) return;
  // ipaddr.js also accepts old notations such as 127.1 or 0x7f.1, which other parsers of the list could read differently.
  const address = ipaddr.IPv4.isValidFourPartDecimal(entry) || ipaddr.IPv6.isValid(entry);
  if (entry.includes('%')) refuse('must be written without a zone (%)');
  else if (!address && !ipaddr.IPv4.isValidCIDRFourPartDecimal(entry) && !ipaddr.IPv6.isValidCIDR(entry)) {
    refuse(
      'must be an IP address, a CIDR range, loopback or private, or as the only entry the number of proxies, 1 to 10',
    );
  } else if (entry.endsWith('/0')) {
    refuse('trusts every address, so that any client could forge the address that limits count');
  }
}

/**
 * Reads the proxies whose forwarding headers are trusted: addresses, CIDR ranges and the names `loopback` and `private`, or the
 * number of proxies.
 */
export const proxyAddresses: Reader<readonly string[]> = reader((text, refuse) => {
  const entries = entriesOf(text);
  const isHopCount = entries.length === 1 && /^[1-9]\d?$/.test(text) && Number(text) <= MOST_HOPS;
  if (!isHopCount) {
    for (const [index, entry] of entries.entries()) {
      checkProxyNetwork(entry, (reason) => refuse(`entry ${index + 1} ${reason}`));
    }
  }
  return [...new Set(entries)];
});

/** Reads networks: addresses, CIDR ranges and the names `loopback` and `private`. */
export const clientNetworks: Reader<readonly string[]> = listOf((entry, refuse) => {
  if (PROXY_NETWORKS.includes(entry)) return entry;
  const address = ipaddr.IPv4.isValidFourPartDecimal(entry) || ipaddr.IPv6.isValid(entry);
  const range = ipaddr.IPv4.isValidCIDRFourPartDecimal(entry) || ipaddr.IPv6.isValidCIDR(entry);
  if (entry.includes('%') || !(address || range)) {
    refuse('must be an IP address, a CIDR range, loopback or private, without a zone (%)');
  }
  return entry;
});

/** Reads one sender with or without a display name. Injected headers and additional addresses are rejected. */
export const mailSender: Reader<string> = reader((text, refuse) => {
  if (readSender(text) === undefined) {
    refuse(
      'must be one email address, bare or with a display name, on one line; a name with , ; : @ ( ) must be in quotes',
    );
  }
  return text;
});

/** Reads one plain email address. A Unicode domain is converted to ASCII. */
export const plainAddress: Reader<string> = reader((text, refuse) => {
  const address = configuredAddress(text);
  if (address === undefined) refuse('must be one bare email address');
  return address ?? text;
});

/** Reads the email address of an account, in the form in which accounts are stored. */
export const mailbox: Reader<string> = reader((text, refuse) => {
  const { data } = emailAddress.safeParse(text);
  if (data === undefined) refuse('must be one bare email address');
  return data ?? text;
});

/** Reads a name for use in a token: a URL, or text without a colon (StringOrURI, RFC 7519 section 2). */
export const tokenName: Reader<string> = reader((text, refuse) => {
  if (/\s/.test(text) || (text.includes(':') && !URL.canParse(text)))
    refuse('must be a URL, or a name without spaces and colons');
  return text;
});

function parse(text: string, schemes: readonly string[]): URL | undefined {
  // The parser silently removes line breaks inside a URL, but other parsers of the same text would not.
  const url = /\s/.test(text) ? null : URL.parse(text);
  return url !== null && schemes.includes(url.protocol) ? url : undefined;
}

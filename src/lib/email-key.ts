import normalizer from 'validator/lib/normalizeEmail.js';

/** Uses only documented behaviour of the providers: a `-` in a Yahoo address can be part of the name. */
const documented = { yahoo_remove_subaddress: false };

/**
 * The deduplication key of an address: addresses that a known provider delivers to the same mailbox have the same key. Dots and
 * `+` tags are removed for Gmail, `+` tags for Outlook and iCloud, and Yandex domains are unified. The key of any other address
 * is the address itself. The key is only compared; mail is never sent to it.
 */
export function emailKey(email: string): string {
  // The library returns false if nothing precedes the plus sign.
  const key = normalizer.default(email, documented);
  return key === false ? email : key;
}

/**
 * The name under which attempts for a typed identifier are counted. If spellings of one mailbox are one account (`provider`),
 * they share one count. Otherwise each spelling would allow additional attempts.
 */
export function countedName(deduplication: 'off' | 'provider', name: string): string {
  return deduplication === 'provider' && name.includes('@') ? emailKey(name) : name;
}

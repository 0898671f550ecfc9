import normalizer from 'validator/lib/normalizeEmail.js';

/** Only what the providers themselves say of their addresses: other people's `-` at Yahoo may be part of a name. */
const documented = { yahoo_remove_subaddress: false };

/**
 * What the providers that are known deliver to one mailbox has one key: without the dots and the `+` of Gmail, the `+` of
 * Outlook and iCloud, and with one domain for Yandex. An address of anybody else is its own key. Compared, and never mailed to.
 */
export function emailKey(email: string): string {
  // The library answers false where nothing stands before the plus.
  const key = normalizer.default(email, documented);
  return key === false ? email : key;
}

/**
 * What a name that somebody typed is counted by. Where spellings of one mailbox are one account (`provider`) they have one
 * count too: else each of them would bring tries of its own.
 */
export function countedName(deduplication: 'off' | 'provider', name: string): string {
  return deduplication === 'provider' && name.includes('@') ? emailKey(name) : name;
}

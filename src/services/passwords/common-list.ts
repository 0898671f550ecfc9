import { readFileSync } from 'node:fs';
import { dictionary } from '@zxcvbn-ts/language-common';
import { isInFilter } from '../../lib/word-filter.js';

const FILTER = new URL('./lists/common-passwords.bin', import.meta.url);
/** What is shorter is in the first list, where it is common. */
const SHORTEST_IN_FILTER = 6;
/** Names that came after the lists were made. */
const LATER =
  'bitcoin bluetooth covid discord ethereum fortnite instagram iphone minecraft netflix paypal roblox snapchat spotify ' +
  'telegram tiktok twitter valorant whatsapp wifi youtube';

/** The most common passwords, ranked; all in small letters. */
export const rankedPasswords: readonly string[] = (dictionary['passwords-common'] ?? []).map(String);

const known = new Set([...rankedPasswords, ...LATER.split(' ')]);
let filter: Uint8Array | undefined;

/**
 * Whether a text in small letters is on a list of common passwords: 49,000 that are ranked, or 218,000 in a
 * filter of 870 KB, which is read when the first password is chosen and takes one in five million others for one of them.
 */
export function isListed(text: string): boolean {
  if (known.has(text)) return true;
  if (text.length < SHORTEST_IN_FILTER) return false;
  filter ??= readFileSync(FILTER);
  return isInFilter(filter, text);
}

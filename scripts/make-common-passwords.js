// Generates src/services/passwords/lists/common-passwords.bin from a list with one password per line. The result is a Bloom
// filter of the passwords that are missing from the ranked list of @zxcvbn-ts/language-common. It takes 4 bytes per password,
// and no password can be read from it. The list is django/contrib/auth/common-passwords.txt.gz of a Django release
// (lists/NOTICE.md).
//
//   npm run build && node scripts/make-common-passwords.js common-passwords.txt.gz

import { readFileSync, writeFileSync } from 'node:fs';
import { gunzipSync } from 'node:zlib';
import { placesOf } from '../dist/lib/word-filter.js';
import { rankedPasswords } from '../dist/services/passwords/common-list.js';

const SHORTEST = 6;
/** Shorter numbers are too short for every policy, and nothing of a password is taken for a number. */
const SHORTEST_NUMBER = 8;
const BITS_FOR_EACH = 32;

const [path] = process.argv.slice(2);
const ranked = new Set(rankedPasswords);
const words = new Set();
for (const line of gunzipSync(readFileSync(path)).toString().split('\n')) {
  const word = line.trim().toLowerCase().normalize('NFC');
  const shortest = /^\d+$/.test(word) ? SHORTEST_NUMBER : SHORTEST;
  if (word.length >= shortest && !ranked.has(word)) words.add(word);
}
const filter = new Uint8Array(Math.ceil((words.size * BITS_FOR_EACH) / 8));
for (const word of words)
  for (const place of placesOf(word, filter.length * 8)) filter[place >>> 3] |= 1 << (place & 7);
writeFileSync(new URL('../src/services/passwords/lists/common-passwords.bin', import.meta.url), filter);
process.stdout.write(`${words.size} passwords, ${filter.length} bytes\n`);

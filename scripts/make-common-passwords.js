// Makes src/services/passwords/lists/common-passwords.bin from a ranked list of passwords, one a line: a Bloom filter, which
// takes 4 bytes a password in memory and on disk, and of which no password can be read.
//
//   node scripts/make-common-passwords.js 10-million-password-list-top-1000000.txt

import { readFileSync, writeFileSync } from 'node:fs';
import { placesOf } from '../dist/lib/word-filter.js';

/** Ranks that a stranger gets to in years of ten tries an hour; further down only what is long, as `nist` asks for length alone. */
const MOST_COMMON = 250_000;
const LONG = 12;
const SHORTEST = 6;
/** Shorter numbers are too short for every policy, and nothing of a password is taken for a number. */
const SHORTEST_NUMBER = 8;
const BITS_FOR_EACH = 32;

const [path] = process.argv.slice(2);
const words = new Set();
for (const [rank, line] of readFileSync(path, 'utf8').split('\n').entries()) {
  const word = line.trim().toLowerCase().normalize('NFC');
  const isLong = word.length >= LONG;
  const shortest = /^\d+$/.test(word) ? SHORTEST_NUMBER : SHORTEST;
  if (word.length >= shortest && (rank < MOST_COMMON || isLong)) words.add(word);
}
const filter = new Uint8Array(Math.ceil((words.size * BITS_FOR_EACH) / 8));
for (const word of words)
  for (const place of placesOf(word, filter.length * 8)) filter[place >>> 3] |= 1 << (place & 7);
writeFileSync(new URL('../src/services/passwords/lists/common-passwords.bin', import.meta.url), filter);
process.stdout.write(`${words.size} passwords, ${filter.length} bytes\n`);

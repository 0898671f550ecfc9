import { hash } from 'node:crypto';

/** Bits set by each word. With 32 bits of filter per word, the false-positive rate is one in five million. */
const BITS_A_WORD = 22;

/** The bit positions of a word in a filter of `size` bits (double hashing, Kirsch and Mitzenmacher). */
export function placesOf(word: string, size: number): number[] {
  const digest = hash('sha256', word, 'buffer');
  const [first, step] = [digest.readUInt32BE(0), digest.readUInt32BE(4) | 1];
  return Array.from({ length: BITS_A_WORD }, (_, index) => (first + index * (step >>> 0)) % size);
}

/** Returns true if a word is probably in the Bloom filter, and false if it is certainly not. */
export function isInFilter(filter: Uint8Array, word: string): boolean {
  return placesOf(word, filter.length * 8).every((place) => ((filter[place >>> 3] ?? 0) & (1 << (place & 7))) !== 0);
}

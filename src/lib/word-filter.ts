import { createHash } from 'node:crypto';

/** Bits that each word sets; with 32 bits a word, one in five million other words has all of its bits set as well. */
const BITS_A_WORD = 22;

/** The places of a word in a filter of so many bits (double hashing, Kirsch and Mitzenmacher). */
export function placesOf(word: string, size: number): number[] {
  const digest = createHash('sha256').update(word).digest();
  const [first, step] = [digest.readUInt32BE(0), digest.readUInt32BE(4) | 1];
  return Array.from({ length: BITS_A_WORD }, (_, index) => (first + index * (step >>> 0)) % size);
}

/** Whether a word is in a Bloom filter: surely not, or nearly surely. */
export function isInFilter(filter: Uint8Array, word: string): boolean {
  return placesOf(word, filter.length * 8).every((place) => ((filter[place >>> 3] ?? 0) & (1 << (place & 7))) !== 0);
}

import { timingSafeEqual } from 'node:crypto';

/** Compares two secrets in constant time. Secrets of different lengths are unequal. */
export function equalInConstantTime(left: Buffer, right: Buffer): boolean {
  return left.length === right.length && timingSafeEqual(left, right);
}

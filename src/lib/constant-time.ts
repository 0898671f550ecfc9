import { timingSafeEqual } from 'node:crypto';

/** Compares two secrets without telling by its time where they differ; different lengths are unequal. */
export function equalInConstantTime(left: Buffer, right: Buffer): boolean {
  return left.length === right.length && timingSafeEqual(left, right);
}

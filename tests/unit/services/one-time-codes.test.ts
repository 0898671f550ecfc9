import { randomBytes, randomUUID } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { createSecretKeys } from '../../../src/lib/secret-keys.js';
import { deriveCode, deriveToken, readToken } from '../../../src/services/one-time-codes/derive.js';

const keys = createSecretKeys(randomBytes(32).toString('hex'));
const identity = (id: string = randomUUID()) => ({
  id,
  purpose: 'VERIFY_EMAIL' as const,
  address: 'somebody@example.com',
  keyId: keys.currentId,
});

/** Pearson's statistic of how often each bucket was met. */
function chiSquare(counts: number[]): number {
  const expected = counts.reduce((sum, count) => sum + count, 0) / counts.length;
  return counts.reduce((sum, count) => sum + (count - expected) ** 2 / expected, 0);
}

describe('O1: codes', () => {
  const codes = Array.from({ length: 10_000 }, () => deriveCode(keys, identity()));

  it('have six digits, leading zeros among them', () => {
    for (const code of codes) expect(code).toMatch(/^\d{6}$/);
    expect(codes.filter((code) => code.startsWith('0')).length).toBeGreaterThan(800);
  });

  it('are spread evenly, each digit and as a whole', () => {
    // The statistic of 10 digits has 9 degrees of freedom, of 100 buckets 99; p < 10⁻⁶ beyond these bounds.
    for (let place = 0; place < 6; place += 1) {
      const counts = Array<number>(10).fill(0);
      for (const code of codes) counts[Number(code[place])] = (counts[Number(code[place])] ?? 0) + 1;
      expect(chiSquare(counts)).toBeLessThan(45);
    }
    const buckets = Array<number>(100).fill(0);
    for (const code of codes) {
      const bucket = Math.floor(Number(code) / 10_000);
      buckets[bucket] = (buckets[bucket] ?? 0) + 1;
    }
    expect(chiSquare(buckets)).toBeLessThan(180);
  });

  it('are the same each time, and others for another address, id or secret', () => {
    const one = identity();
    expect(deriveCode(keys, one)).toBe(deriveCode(keys, { ...one }));
    const other = createSecretKeys(randomBytes(32).toString('hex'));
    const same = Array.from({ length: 50 }, () => identity()).filter(
      (code) =>
        deriveCode(keys, code) === deriveCode(keys, { ...code, address: 'another@example.com' }) ||
        deriveCode(keys, code) === deriveCode(other, { ...code, keyId: other.currentId }),
    );
    expect(same.length).toBeLessThan(3);
  });
});

describe('O2: link tokens', () => {
  it('name their code, and only for their purpose', () => {
    const code = identity();
    const token = deriveToken(keys, code);
    expect(token).toMatch(/^[\w-]{64}$/);
    expect(readToken(keys, 'VERIFY_EMAIL', token)).toBe(code.id);
    expect(readToken(keys, 'EXCHANGE', token)).toBeUndefined();
    const exchange = deriveToken(keys, { ...code, purpose: 'EXCHANGE' });
    expect(readToken(keys, 'EXCHANGE', exchange)).toBe(code.id);
    expect(readToken(keys, 'VERIFY_EMAIL', exchange)).toBeUndefined();
  });

  it('outlive a rotation of the secret by one step', () => {
    const [first, second] = [randomBytes(32).toString('hex'), randomBytes(32).toString('hex')];
    const before = createSecretKeys(first);
    const code = { ...identity(), keyId: before.currentId };
    const token = deriveToken(before, code);
    const overlap = createSecretKeys(second, first);
    expect(readToken(overlap, 'VERIFY_EMAIL', token)).toBe(code.id);
    expect(deriveCode(overlap, code)).toBe(deriveCode(before, code));
    expect(readToken(createSecretKeys(second), 'VERIFY_EMAIL', token)).toBeUndefined();
  });
});

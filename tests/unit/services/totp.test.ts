import { describe, expect, it } from 'vitest';
import { createSecretKeys } from '../../../src/lib/secret-keys.js';
import { hashRecoveryCode } from '../../../src/services/two-factor/recovery-codes.js';
import { decryptSeed, encryptSeed, reencrypted } from '../../../src/services/two-factor/seed-encryption.js';
import { codeAt, matchingStep, newSeed, otpauthUri, seedOf, stepAt } from '../../../src/services/two-factor/totp.js';

/** `12345678901234567890`, the seed of both RFCs. */
const RFC_SEED = seedOf('GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ');
const at = (seconds: number) => new Date(seconds * 1_000);
const OLD = 'an-old-secret-for-tests-of-32-characters';
const NEW = 'a-new-secret-for-tests-of-32-characters!';

describe('T1: codes are those of the RFCs', () => {
  it.each(
    ['755224', '287082', '359152', '969429', '338314', '254676', '287922', '162583', '399871', '520489'].map(
      (code, counter) => [counter, code] as const,
    ),
  )('RFC 4226, appendix D: counter %i', (counter, code) => {
    expect(codeAt(RFC_SEED, counter)).toBe(code);
  });

  // The RFC shows eight digits; six are the last ones of them.
  it.each([
    [59, '94287082'],
    [1_111_111_109, '07081804'],
    [1_111_111_111, '14050471'],
    [1_234_567_890, '89005924'],
    [2_000_000_000, '69279037'],
    [20_000_000_000, '65353130'],
  ])('RFC 6238, appendix B: second %i', (second, code) => {
    expect(codeAt(RFC_SEED, stepAt(at(second)))).toBe(code.slice(2));
    expect(matchingStep(RFC_SEED, code.slice(2), at(second), 1)).toBe(Math.floor(second / 30));
  });

  it('a step lasts 30 seconds', () => {
    expect([0, 29.999, 30, 59.999, 60].map((second) => stepAt(at(second)))).toEqual([0, 0, 1, 1, 2]);
  });

  it('a seed has 160 random bits', () => {
    const seeds = Array.from({ length: 100 }, newSeed);
    expect(seeds.every(({ bytes, base32 }) => bytes.length === 20 && /^[A-Z2-7]{32}$/.test(base32))).toBe(true);
    expect(new Set(seeds.map(({ base32 }) => base32)).size).toBe(100);
  });

  it('an address for apps says what they all know, and escapes what it carries', () => {
    const uri = new URL(otpauthUri(RFC_SEED, { issuer: 'Shop & Söhne', label: 'a+b?c=d@example.com' }));
    expect(uri.protocol).toBe('otpauth:');
    expect(uri.host).toBe('totp');
    expect(decodeURIComponent(uri.pathname)).toBe('/Shop & Söhne:a+b?c=d@example.com');
    expect(Object.fromEntries(uri.searchParams)).toEqual({
      issuer: 'Shop & Söhne',
      secret: 'GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ',
      algorithm: 'SHA1',
      digits: '6',
      period: '30',
    });
  });
});

describe('D9: the window', () => {
  const now = at(3_000);
  const step = 100;

  it('takes as many steps to each side as it says, and tells which one it was', () => {
    const matches = (window: number) =>
      [-2, -1, 0, 1, 2].filter(
        (away) => matchingStep(RFC_SEED, codeAt(RFC_SEED, step + away), now, window) === step + away,
      );
    expect(matches(0)).toEqual([0]);
    expect(matches(1)).toEqual([-1, 0, 1]);
  });

  it('takes no text that is no code', () => {
    const code = codeAt(RFC_SEED, step);
    for (const typed of [
      '',
      code.slice(1),
      `${code}0`,
      `0${code}`,
      ` ${code}`,
      '１２３４５６',
      'abcdef',
      '\0'.repeat(6),
    ]) {
      expect(matchingStep(RFC_SEED, typed, now, 1)).toBeUndefined();
    }
  });
});

describe('T1: a seed is sealed', () => {
  const before = createSecretKeys(OLD);
  const during = createSecretKeys(NEW, OLD);
  const after = createSecretKeys(NEW);
  const seed = newSeed();

  it('names its key, hides the seed, and opens for its user alone', () => {
    const sealed = encryptSeed(before, 'one', seed);
    expect(sealed.split('.')[0]).toBe(before.currentId);
    for (const text of [seed.base32, seed.hex, Buffer.from(seed.bytes).toString('base64url')]) {
      expect(sealed).not.toContain(text);
    }
    expect(decryptSeed(before, 'one', sealed)?.base32).toBe(seed.base32);
    expect(decryptSeed(before, 'other', sealed)).toBeUndefined();
  });

  it('cannot be changed unseen', () => {
    const [id, nonce, tag, text = ''] = encryptSeed(before, 'one', seed).split('.');
    const changed = Buffer.from(text, 'base64url');
    changed[5] = (changed[5] ?? 0) ^ 1;
    expect(() => decryptSeed(before, 'one', [id, nonce, tag, changed.toString('base64url')].join('.'))).toThrow();
  });

  it('moves over to a new secret while the old one is still there', () => {
    const sealed = encryptSeed(before, 'one', seed);
    const moved = reencrypted(during, 'one', decryptSeed(during, 'one', sealed) ?? newSeed(), sealed);
    expect(decryptSeed(after, 'one', moved)?.base32).toBe(seed.base32);
    expect(decryptSeed(after, 'one', sealed)).toBeUndefined();
    expect(reencrypted(during, 'one', seed, moved)).toBe(moved);
  });
});

describe('T5: recovery codes', () => {
  it('are the same however they are typed', () => {
    const hashes = [
      '01AB-CDEF-0000-1111-XYZ0-9ABC',
      ' 01ab cdef oOoO lIi1 xyz0 9abc ',
      '01abcdef00001111xyz09abc',
      '01AB–CDEF—0000-1111-XYZ0-9ABC',
    ].map((typed) => hashRecoveryCode(RFC_SEED, 'one', typed));
    expect(new Set(hashes).size).toBe(1);
    expect(hashes[0]).toMatch(/^[\w-]{43}$/);
  });

  it('are bound to their user and to the seed that they stand in for', () => {
    const hashes = [
      hashRecoveryCode(RFC_SEED, 'one', '01AB'),
      hashRecoveryCode(RFC_SEED, 'other', '01AB'),
      hashRecoveryCode(newSeed(), 'one', '01AB'),
    ];
    expect(new Set(hashes).size).toBe(3);
  });
});

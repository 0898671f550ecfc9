import { describe, expect, it } from 'vitest';
import { ProblemError } from '../../../src/problems.js';
import { type Argon2, loadFastArgon2, loadReferenceArgon2 } from '../../../src/services/passwords/argon2.js';
import { createPasswordHasher, PASSWORD_HASH_COST } from '../../../src/services/passwords/hasher.js';

const CHEAP = { memoryCost: 1_024, timeCost: 1, parallelism: 1 };
const passwords = ['Correct-Horse-7-Staple', 'Caf\u00E9 😀 \u0000 nul', 'x'.repeat(500), '', '\uD800'];

describe('P5: both builds of argon2', () => {
  it('verify what the other wrote, and refuse what it did not', async () => {
    const [fast, reference] = [await loadFastArgon2(), await loadReferenceArgon2()];
    for (const password of passwords) {
      for (const [writer, reader] of [
        [fast, reference],
        [reference, fast],
      ] as [Argon2, Argon2][]) {
        const hash = await writer.hash(password, CHEAP);
        expect(hash).toMatch(/^\$argon2id\$v=19\$m=1024,t=1,p=1\$/);
        expect(await reader.verify(hash, password)).toBe(true);
        expect(await reader.verify(hash, `${password}x`)).toBe(false);
      }
    }
  });

  it('write the same string at the full cost but for the salt', async () => {
    const shape = (hash: string) => hash.replace(/\$[^$]{22}\$[^$]{43}$/, '$salt$hash');
    const hashes = await Promise.all(
      [await loadFastArgon2(), await loadReferenceArgon2()].map((one) => one.hash('x', PASSWORD_HASH_COST)),
    );
    expect(hashes.map(shape)).toEqual(Array(2).fill('$argon2id$v=19$m=19456,t=2,p=1$salt$hash'));
  });

  it('throw for what is no hash', async () => {
    for (const argon2 of [await loadFastArgon2(), await loadReferenceArgon2()]) {
      await expect(argon2.verify('plain', 'plain')).rejects.toThrow();
    }
  });
});

describe('the hasher', () => {
  it('tells hashes that cost less than today', async () => {
    const hasher = await createPasswordHasher(await loadFastArgon2(), {
      memoryCost: 2_048,
      timeCost: 2,
      parallelism: 1,
    });
    const outdated = async (cost: typeof CHEAP) => hasher.isOutdated(await (await loadFastArgon2()).hash('x', cost));
    expect(await outdated(CHEAP)).toBe(true);
    expect(await outdated({ memoryCost: 4_096, timeCost: 1, parallelism: 1 })).toBe(true);
    expect(await outdated({ memoryCost: 2_048, timeCost: 2, parallelism: 1 })).toBe(false);
    expect(await outdated({ memoryCost: 4_096, timeCost: 3, parallelism: 1 })).toBe(false);
    const sorted = (
      await (await loadFastArgon2()).hash('x', { memoryCost: 2_048, timeCost: 2, parallelism: 1 })
    ).replace('t=2,p=1', 'p=1,t=2');
    expect(hasher.isOutdated(sorted)).toBe(false);
    expect(hasher.isOutdated('$2b$10$abcdefghijklmnopqrstuv')).toBe(true);
  });

  it('E3: answers no for an unknown account, whatever the password, after the same work', async () => {
    let verified = 0;
    const fast = await loadFastArgon2();
    const counting: Argon2 = {
      hash: fast.hash,
      verify(hash, password) {
        verified += 1;
        expect(hash).toMatch(/m=1024,t=1,p=1/);
        return fast.verify(hash, password);
      },
    };
    const hasher = await createPasswordHasher(counting, CHEAP);
    for (const password of passwords) expect(await hasher.verify(undefined, password)).toBe(false);
    expect(verified).toBe(passwords.length);
  });

  it('P5: sheds what is too much with a time to wait, and goes on', async () => {
    const hasher = await createPasswordHasher(await loadFastArgon2(), CHEAP);
    const outcomes = await Promise.allSettled(Array.from({ length: 2_000 }, () => hasher.hash('x')));
    const shed = outcomes.filter((outcome) => outcome.status === 'rejected');
    expect(shed.length).toBeGreaterThan(0);
    expect(shed.length).toBeLessThan(2_000);
    for (const { reason } of shed) {
      expect(reason).toBeInstanceOf(ProblemError);
      expect(reason.problem).toMatchObject({ code: 'TEMPORARILY_UNAVAILABLE', retryAfterSeconds: 2 });
    }
    expect(hasher.load()).toEqual({ running: 0, waiting: 0 });
    expect(await hasher.verify(await hasher.hash('x'), 'x')).toBe(true);
  });
});

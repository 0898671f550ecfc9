import { randomBytes, randomUUID } from 'node:crypto';
import { expect, it } from 'vitest';
import { createSecretKeys } from '../../../src/lib/secret-keys.js';
import {
  hashSessionSecret,
  newSessionSecret,
  readRefreshToken,
  writeRefreshToken,
} from '../../../src/services/tokens/refresh-tokens.js';

const [first, second] = [randomBytes(32).toString('hex'), randomBytes(32).toString('hex')];
const keys = createSecretKeys(first);
const token = (generation = 0) => ({ sessionId: randomUUID(), generation, secret: newSessionSecret() });

it('R1: a token carries 256 random bits and comes back as it was written', () => {
  for (const generation of [0, 1, 65_536, 4_294_967_295]) {
    const written = token(generation);
    const text = writeRefreshToken(keys, written);
    expect(text).toMatch(/^[\w-]{112}$/);
    expect(readRefreshToken(keys, text)).toEqual(written);
    expect(writeRefreshToken(keys, written)).toBe(text);
  }
  expect(new Set(Array.from({ length: 1_000 }, () => newSessionSecret().toString('hex'))).size).toBe(1_000);
  expect(newSessionSecret()).toHaveLength(32);
});

it('each generation of a session has another token', () => {
  const session = token();
  const texts = Array.from({ length: 50 }, (_, generation) => writeRefreshToken(keys, { ...session, generation }));
  expect(new Set(texts).size).toBe(50);
});

it('R6: no changed bit, no other length and no other secret is read', () => {
  const text = writeRefreshToken(keys, token(3));
  const bytes = Buffer.from(text, 'base64url');
  for (let bit = 0; bit < bytes.length * 8; bit += 1) {
    const copy = Buffer.from(bytes);
    copy[bit >> 3] = (copy[bit >> 3] ?? 0) ^ (1 << (bit & 7));
    expect(readRefreshToken(keys, copy.toString('base64url'))).toBeUndefined();
  }
  for (const other of ['', text.slice(1), `${text}A`, ` ${text}`, text.replace(/.$/, '='), 'A'.repeat(1_000_000)]) {
    expect(readRefreshToken(keys, other)).toBeUndefined();
  }
  expect(readRefreshToken(createSecretKeys(second), text)).toBeUndefined();
});

it('K2: it outlives a rotation of the secret by one step', () => {
  const written = token(7);
  const text = writeRefreshToken(keys, written);
  expect(readRefreshToken(createSecretKeys(second, first), text)).toEqual(written);
});

it('R1: what is stored of the random part does not tell it', () => {
  const secret = newSessionSecret();
  expect(hashSessionSecret(secret)).toHaveLength(32);
  expect(hashSessionSecret(secret).equals(secret)).toBe(false);
});
